// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NewRecord } from '@/components/records/new-record';
import { newRecordWords as words } from '@/components/records/new-record-words';
import { type Session, SessionContext } from '@/components/shell/use-session';
import type { RecordPlace } from '@/lib/records/schema';
import type { Saga } from '@/lib/sagas/schema';
import { patience } from '../../setup/patience.ts';

const id = (n: number): string => `019aa4f2-1111-7222-8333-${String(n).padStart(12, '0')}`;
const at = '2026-11-21T10:00:00.000Z';

const place = (n: number, provider: string, more: Partial<RecordPlace> = {}): RecordPlace => ({
  stream_id: id(n),
  stream_name: `stream ${n}`,
  connection_id: id(100 + n),
  account_name: 'Ada',
  connector: provider.toLowerCase(),
  provider,
  kind: 'task',
  flow_id: id(50),
  takes: ['title', 'body', 'state', 'labels'],
  required: ['title'],
  values: {},
  closed: null,
  ...more,
});

const step = (name: string, of: Partial<Saga['steps'][number]> = {}): Saga['steps'][number] => ({
  name,
  state: 'completed',
  attempts: 1,
  note: null,
  error: null,
  began_at: at,
  ended_at: at,
  next_attempt_at: null,
  compensation: null,
  ...of,
});

const saga = (state: Saga['state'], steps: Saga['steps']): Saga => ({
  id: id(70),
  kind: 'create_record',
  subject: id(60),
  state,
  steps: [step('make_record', { note: 'Kept here.' }), ...steps],
  created_at: at,
  finished_at: state === 'running' ? null : at,
});

const takenBack = saga('compensated', [
  step('create_1', {
    note: 'Made at GitHub as 12.',
    compensation: {
      state: 'completed',
      attempts: 1,
      note: 'Closed at GitHub.',
      error: null,
      began_at: at,
      ended_at: at,
    },
  }),
  step('create_2', {
    state: 'failed',
    error: { code: 'provider.refused', message: 'Linear refused it: the team is archived.' },
  }),
]);

const session = {
  info: {},
  workspace: { id: id(1), slug: 'ops', name: 'Ops', role: 'owner' },
  home: '/w/ops',
} as unknown as Session;

let asked: { method: string; path: string; body: Record<string, unknown> }[];
let answers: Record<string, () => Response>;

beforeEach(() => {
  asked = [];
  answers = {
    'GET /record-places': () => Response.json({ data: [place(11, 'GitHub'), place(12, 'Linear')] }),
    'POST /records': () => Response.json({ record_id: id(60), saga_id: id(70) }, { status: 202 }),
    [`GET /records/${id(60)}/sagas`]: () => Response.json({ data: [takenBack] }),
  };
  vi.stubGlobal('fetch', async (text: string | URL, init?: RequestInit) => {
    const path = new URL(text, 'http://hub.test').pathname.replace('/api/v1', '');
    const method = init?.method ?? 'GET';
    const body = (
      typeof init?.body === 'string' ? JSON.parse(init.body) : {}
    ) as (typeof asked)[0]['body'];
    asked.push({ method, path, body });
    return answers[`${method} ${path}`]?.() ?? Response.json({ detail: 'No.' }, { status: 404 });
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(onOpenRecord: (record: string) => void = () => undefined) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <SessionContext.Provider value={session}>
        <NewRecord kind="task" onOpenRecord={onOpenRecord} />
      </SessionContext.Provider>
    </QueryClientProvider>,
  );
}

const posted = () => asked.filter(({ method }) => method === 'POST').map(({ body }) => body);
const openForm = async () => {
  await userEvent.keyboard('n');
  return screen.findByLabelText(words.fields.title, {}, patience);
};

describe('making a record', () => {
  it('opens by its key, has the sides of a flow chosen, and asks for what was filled in', async () => {
    show();
    await userEvent.type(await openForm(), 'New pump');
    const boxes = screen.getAllByRole<HTMLInputElement>('checkbox');
    expect(boxes.map(({ checked }) => checked)).toEqual([true, true]);
    await userEvent.type(screen.getByLabelText(/^Labels/), 'bug, ui');
    await userEvent.click(screen.getByRole('button', { name: words.make }));
    await waitFor(() => expect(posted()).toHaveLength(1), patience);
    expect(posted()[0]).toEqual({
      mutation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: 'task',
      stream_ids: [id(11), id(12)],
      data: { title: 'New pump', state: 'open', labels: ['bug', 'ui'] },
    });
  });

  it('asks nothing while the title is empty, and says so beside it', async () => {
    show();
    const title = await openForm();
    await userEvent.click(screen.getByRole('button', { name: words.make }));
    expect(title.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByRole('alert').textContent).toBe(words.needed);
    expect(posted()).toEqual([]);
  });

  it('shows a refusal beside its field, and tries again under another id', async () => {
    answers['POST /records'] = () =>
      Response.json(
        { code: 'records.field_invalid', title: 'No', fields: { title: 'GitHub needs it.' } },
        { status: 422 },
      );
    show();
    const title = await openForm();
    await userEvent.type(title, 'x');
    await userEvent.click(screen.getByRole('button', { name: words.make }));
    expect((await screen.findByRole('alert', {}, patience)).textContent).toBe('GitHub needs it.');
    await userEvent.type(title, 'y');
    await userEvent.click(screen.getByRole('button', { name: words.make }));
    await waitFor(() => expect(posted()).toHaveLength(2), patience);
    expect(posted()[1]?.['mutation_id']).not.toBe(posted()[0]?.['mutation_id']);
  });

  it('repeats a call that got no answer under the same id', async () => {
    answers['POST /records'] = () => Response.json({ title: 'Away' }, { status: 503 });
    show();
    await userEvent.type(await openForm(), 'x');
    for (const times of [1, 2]) {
      await userEvent.click(screen.getByRole('button', { name: words.make }));
      await waitFor(() => expect(posted()).toHaveLength(times), patience);
      expect(await screen.findByText(words.notAsked, {}, patience)).toBeDefined();
    }
    expect(posted()[1]).toEqual(posted()[0]);
  });
});

describe('how it goes', () => {
  const make = async () => {
    await userEvent.type(await openForm(), 'New pump');
    await userEvent.click(screen.getByRole('button', { name: words.make }));
    return screen.findByRole('list', { name: words.progress }, patience);
  };

  it('tells which service refused, why, and that the others were taken back', async () => {
    show();
    const steps = await make();
    const lines = within(steps)
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent);
    expect(lines[1]).toContain('GitHub, stream 11');
    expect(lines[2]).toContain('Closed at GitHub.');
    expect(lines[3]).toContain('Linear, stream 12');
    const notice = screen.getByText(words.takenBack).closest('[role="status"]');
    expect(notice?.textContent).toContain('Linear refused it: the team is archived.');
    await userEvent.click(screen.getByRole('button', { name: words.back }));
    expect(screen.getByLabelText<HTMLInputElement>(words.fields.title).value).toBe('New pump');
  });

  it('leads to the record when it is there', async () => {
    answers[`GET /records/${id(60)}/sagas`] = () =>
      Response.json({ data: [saga('completed', [step('create_1'), step('create_2')])] });
    const opened = vi.fn<(record: string) => void>();
    show(opened);
    await make();
    expect(screen.getByText(words.done)).toBeDefined();
    await userEvent.click(screen.getByRole('button', { name: words.show }));
    expect(opened).toHaveBeenCalledWith(id(60));
  });
});

it('says where nothing can be made, and that the places could not be read', async () => {
  answers['GET /record-places'] = () => Response.json({ data: [] });
  show();
  await userEvent.keyboard('n');
  expect(await screen.findByText(words.none.title, {}, patience)).toBeDefined();
  cleanup();
  answers['GET /record-places'] = () => Response.json({ title: 'Away' }, { status: 500 });
  show();
  await userEvent.keyboard('n');
  expect(await screen.findByText(words.failed, {}, patience)).toBeDefined();
});
