// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { keys, nextAsk, upsertRecord, useLateRefusals } from '#lib/live/index';
import type { Link, RecordRow } from '#lib/records/schema';

afterEach(cleanup);

const link = (state: Link['state']): Link => ({
  id: '00000000-0000-7000-8000-000000000001',
  connection_id: '00000000-0000-7000-8000-000000000002',
  stream_id: '00000000-0000-7000-8000-000000000003',
  connector: 'github',
  external_key: '7',
  url: null,
  state,
  held: [],
  error: null,
  dirty_at: null,
  pushed_at: null,
  echoed_at: null,
});
const row = (state: Link['state'], version: number): RecordRow => ({
  id: 'r',
  kind: 'task',
  version,
  data: { title: 'One' },
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  deleted_at: null,
  links: [link(state)],
});

function watch() {
  const client = new QueryClient();
  const heard: string[] = [];
  function Listener() {
    useLateRefusals((record, { state }) => heard.push(`${record.id} ${state}`));
    return null;
  }
  render(
    <QueryClientProvider client={client}>
      <Listener />
    </QueryClientProvider>,
  );
  const see = (state: Link['state'], version: number) =>
    act(() => upsertRecord(client, row(state, version), nextAsk()));
  const edit = () => client.getMutationCache().build(client, { mutationKey: keys.recordEdit('r') });
  return { heard, see, edit };
}

describe('refusals that come after the hub accepted an edit', () => {
  it('are told once each', () => {
    const { heard, see, edit } = watch();
    edit();
    see('dirty', 2);
    see('pushing', 2);
    see('refused', 3);
    see('refused', 4);
    expect(heard).toEqual(['r refused']);
    see('dirty', 5);
    see('refused', 6);
    expect(heard).toEqual(['r refused', 'r refused']);
  });

  it('are nobody’s news who made no edit', () => {
    const { heard, see } = watch();
    see('dirty', 2);
    see('refused', 3);
    expect(heard).toEqual([]);
  });

  it('are no news when the row came with one', () => {
    const { heard, see, edit } = watch();
    edit();
    see('refused', 3);
    expect(heard).toEqual([]);
  });
});
