// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cachedRecord, keys, nextAsk, upsertRecord, useRecord } from '#lib/live/index';
import type { RecordRow } from '#lib/records/schema';

const [kept, joined] = [
  '01900000-0000-7000-8000-000000000001',
  '01900000-0000-7000-8000-000000000002',
];
const row = (id: string, version: number, title: string, isDeleted = false): RecordRow => ({
  id,
  kind: 'task',
  version,
  data: { title },
  links: [],
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  deleted_at: isDeleted ? '2026-01-01T00:00:00.000Z' : null,
});

const answer = (found: RecordRow) =>
  Promise.resolve(
    new Response(JSON.stringify(found), { headers: { 'content-type': 'application/json' } }),
  );

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Shown({ id }: { id: string }) {
  const { row: record } = useRecord(id);
  return <p>{record ? `${record.id} ${String(record.data['title'])}` : 'nothing'}</p>;
}

describe('a record on the screen that becomes part of another', () => {
  it('is followed to what it is now, and goes on being live', async () => {
    const client = new QueryClient();
    vi.stubGlobal('fetch', () => answer(row(kept, 3, 'Both')));
    upsertRecord(client, row(joined, 8, 'Other'), nextAsk());
    render(
      <QueryClientProvider client={client}>
        <Shown id={joined} />
      </QueryClientProvider>,
    );
    expect(screen.getByText(`${joined} Other`)).toBeTruthy();
    // The log tells of its end, and the screen asks what it is.
    await act(async () => {
      upsertRecord(client, row(joined, 9, 'Other', true), nextAsk());
      await client.invalidateQueries({ queryKey: keys.record(joined) });
    });
    expect(await screen.findByText(`${kept} Both`)).toBeTruthy();
    act(() => upsertRecord(client, row(kept, 4, 'Edited'), nextAsk()));
    expect(await screen.findByText(`${kept} Edited`)).toBeTruthy();
  });

  it('does not come back with a row that is told of late', () => {
    const client = new QueryClient();
    client.setQueryData(keys.record(joined), { row: row(kept, 3, 'Both'), asked: nextAsk() });
    upsertRecord(client, row(joined, 9, 'Other', true), nextAsk());
    expect(cachedRecord(client, joined)).toMatchObject({ id: kept });
  });
});
