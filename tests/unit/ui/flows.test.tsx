// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { editorWords } from '@/components/flows/editor-words';
import { EditFlowPage, NewFlowPage } from '@/components/flows/editor-pages';
import { FlowPage } from '@/components/flows/flow-page';
import { FlowsPage } from '@/components/flows/flows-page';
import { PlanPage } from '@/components/flows/plan-page';
import { planWords } from '@/components/flows/plan-words';
import { words } from '@/components/flows/words';
import { type Session, SessionContext } from '@/components/shell/use-session';
import type { Creation } from '@/lib/flows/schema';
import { patience } from '../../setup/patience.ts';
import {
  at,
  connection,
  flow,
  idOf,
  plan,
  planRow,
  side,
  stream,
  suggestion,
} from './flow-sample.ts';

const router = vi.hoisted(() => ({ push: vi.fn() }));
vi.mock('next/navigation', () => ({
  useRouter: () => router,
  useSearchParams: () => new URLSearchParams(globalThis.location.search),
  usePathname: () => '/w/ops/flows',
}));

/** jsdom lays nothing out. */
class StillObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', StillObserver);
  Element.prototype.scrollTo = () => undefined;
  router.push.mockReset();
  globalThis.history.replaceState(null, '', '/w/ops/flows');
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const flowId = idOf(50);
const planId = idOf(60);

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

const stock = {
  'GET /streams': { data: [stream(1), stream(2), stream(3, { kind: 'payment' })] },
  'GET /connections': { data: [1, 2, 3].map((n) => connection(n)) },
  'GET /connectors': { data: [] },
  'GET /flows': { data: [] },
  'POST /flows/suggestions': { data: [suggestion(1), suggestion(2)] },
};

/** The hub, as far as these pages ask it. */
function answering(answers: Record<string, unknown>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (text: string | URL, init?: RequestInit) => {
    const { pathname } = new URL(text, 'http://hub.test');
    const path = pathname.replace('/api/v1', '');
    const method = init?.method ?? 'GET';
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
    asked.push({ method, path, body });
    const answer = answers[`${method} ${path}`];
    if (answer instanceof Response) return answer.clone();
    return answer === undefined
      ? Response.json({ detail: 'Nothing there.' }, { status: 404 })
      : Response.json(answer);
  });
  return asked;
}

/** What changes something; asking for suggestions does not. */
const writes = (asked: readonly Asked[]) =>
  asked.filter(({ method, path }) => method !== 'GET' && path !== '/flows/suggestions');

function show(page: React.ReactNode, role: 'viewer' | 'editor' | 'admin' = 'admin'): void {
  const workspace = { id: idOf(1), name: 'Ops', slug: 'ops', role };
  const session = { workspace, home: '/w/ops' } as Session;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <SessionContext value={session}>{page}</SessionContext>
    </QueryClientProvider>,
  );
}

describe('the list of flows', () => {
  it('explains what a flow is where there is none, and leads to one', async () => {
    answering({ ...stock, 'GET /flows': { data: [] } });
    show(<FlowsPage />);
    expect(await screen.findByText(words.empty.title)).toBeTruthy();
    const add = await screen.findByRole('link', { name: words.add });
    expect(add.getAttribute('href')).toBe('/w/ops/flows/new');
  });

  it('asks for a second service where there is one only', async () => {
    answering({ ...stock, 'GET /streams': { data: [stream(1)] } });
    show(<FlowsPage />);
    expect(await screen.findByText(words.few.title)).toBeTruthy();
    expect(screen.queryByRole('link', { name: words.add })).toBeNull();
  });

  it('shows each with its jacks and figures, and leads to its conflicts', async () => {
    answering({ 'GET /flows': { data: [flow()] } });
    show(<FlowsPage />);
    const card = await screen.findByRole('article', { name: 'Issues' });
    expect(within(card).getByText('stream 1')).toBeTruthy();
    expect(within(card).getByText('1,200')).toBeTruthy();
    const conflicts = within(card).getByRole('link', { name: '3' });
    expect(conflicts.getAttribute('href')).toContain('/w/ops/conflicts');
  });

  it('that cannot be read says so', async () => {
    answering({ 'GET /flows': Response.json({ detail: 'Not now.' }, { status: 403 }) });
    show(<FlowsPage />);
    expect(await screen.findByText('Not now.')).toBeTruthy();
  });

  it('removes one after saying exactly what stays', async () => {
    const asked = answering({
      'GET /flows': { data: [flow()] },
      [`DELETE /flows/${flowId}`]: new Response(null, { status: 204 }),
    });
    show(<FlowsPage />);
    await userEvent.click(
      await screen.findByRole('button', { name: words.actions.more('Issues') }),
    );
    await userEvent.click(await screen.findByRole('menuitem', { name: words.actions.remove }));
    const dialog = await screen.findByRole('dialog', { name: words.remove.title('Issues') });
    expect(dialog.textContent).toContain('1,200 records stay joined');
    await userEvent.click(within(dialog).getByRole('button', { name: words.actions.remove }));
    await waitFor(() => expect(writes(asked)).toHaveLength(1), patience);
    expect(writes(asked)[0]).toMatchObject({ method: 'DELETE', path: `/flows/${flowId}` });
  });

  it('offers nothing to a viewer but looking', async () => {
    answering({ 'GET /flows': { data: [flow()] } });
    show(<FlowsPage />, 'viewer');
    await screen.findByRole('article', { name: 'Issues' });
    expect(screen.queryByRole('button')).toBeNull();
    expect(screen.queryByRole('link', { name: words.add })).toBeNull();
  });
});

describe('the editor', () => {
  const choose = async () => {
    await userEvent.click(await screen.findByRole('checkbox', { name: /stream 1/ }));
    await userEvent.click(screen.getByRole('checkbox', { name: /stream 2/ }));
  };

  it('says why a stream cannot be chosen', async () => {
    answering(stock);
    show(<NewFlowPage />);
    await userEvent.click(await screen.findByRole('checkbox', { name: /stream 1/ }));
    const payments = screen.getByRole('checkbox', { name: /stream 3/ });
    expect(payments).toHaveProperty('disabled', true);
    expect(screen.getByText(editorWords.streams.why.kind('Payments', 'Tasks'))).toBeTruthy();
  });

  it('fills in what is suggested, makes the flow and begins its plan', async () => {
    const asked = answering({
      ...stock,
      'POST /flows': flow({ status: 'draft' }),
      [`POST /flows/${flowId}/plans`]: plan({ status: 'queued' }),
    });
    show(<NewFlowPage />);
    await choose();
    expect((await screen.findAllByText('Both call it title')).length).toBe(2);
    await userEvent.click(screen.getByRole('button', { name: editorWords.saveAndPlan }));
    await waitFor(() => expect(router.push).toHaveBeenCalled(), patience);
    expect(router.push).toHaveBeenCalledWith(`/w/ops/flows/${flowId}/plan`);
    const [made, planned] = writes(asked);
    expect(made?.body).toMatchObject({
      match_fields: ['title'],
      sides: [
        { stream_id: idOf(1), rules: [{ field: 'title' }, { field: 'state' }] },
        { stream_id: idOf(2) },
      ],
    });
    expect(planned?.path).toBe(`/flows/${flowId}/plans`);
  });

  it('sends a direction somebody chose, and takes it back', async () => {
    answering(stock);
    show(<NewFlowPage />);
    await choose();
    const cell = (await screen.findAllByRole('group', { name: /^Title, / }))[0] as HTMLElement;
    await userEvent.click(within(cell).getByRole('radio', { name: editorWords.directions.out }));
    expect(within(cell).getByText(editorWords.mapping.changed)).toBeTruthy();
    await userEvent.click(within(cell).getByRole('button', { name: /^Reset Title/ }));
    expect(within(cell).queryByText(editorWords.mapping.changed)).toBeNull();
  });

  it('edits a map of values, with those known there offered', async () => {
    answering(stock);
    show(<NewFlowPage />);
    await choose();
    const cell = (await screen.findAllByRole('group', { name: /^State, / }))[0] as HTMLElement;
    await userEvent.click(within(cell).getByRole('button', { name: /Show the value map/ }));
    expect(within(cell).getByDisplayValue('Todo')).toBeTruthy();
    await userEvent.click(within(cell).getByRole('button', { name: editorWords.values.fill(2) }));
    expect(within(cell).getByDisplayValue('In Progress')).toBeTruthy();
    expect(within(cell).getByDisplayValue('in_progress')).toBeTruthy();
    await userEvent.click(within(cell).getByRole('button', { name: editorWords.values.remove(0) }));
    expect(within(cell).queryByDisplayValue('Todo')).toBeNull();
  });

  it('shows what the hub refuses at the field it is about', async () => {
    const refusal = {
      detail: 'It cannot be.',
      errors: [{ field: 'sides.1.rules.0.side_field', reason: 'would be written from two' }],
    };
    answering({ ...stock, 'POST /flows': Response.json(refusal, { status: 400 }) });
    show(<NewFlowPage />);
    await choose();
    await screen.findAllByText('Both call it title');
    await userEvent.click(screen.getByRole('button', { name: editorWords.saveAndPlan }));
    const cells = await screen.findAllByRole('group', { name: /^Title, / });
    expect(
      await within(cells[1] as HTMLElement).findByText('would be written from two'),
    ).toBeTruthy();
    expect(within(cells[0] as HTMLElement).queryByRole('alert')).toBeNull();
    expect(router.push).not.toHaveBeenCalled();
  });

  it('asks before unsaved work is left', async () => {
    answering({ ...stock, [`GET /flows/${flowId}`]: flow() });
    show(<EditFlowPage id={flowId} />);
    const name = await screen.findByRole('textbox', { name: editorWords.name });
    await userEvent.type(name, ' and more');
    await userEvent.click(screen.getByRole('link', { name: editorWords.cancel }));
    const dialog = await screen.findByRole('dialog', { name: editorWords.leave.title });
    await userEvent.click(within(dialog).getByRole('button', { name: editorWords.leave.action }));
    expect(router.push).toHaveBeenCalledWith(`/w/ops/flows/${flowId}`);
  });
});

describe('a plan', () => {
  const rows = [
    planRow(1, {
      title: 'Login fails',
      others: [{ record_id: idOf(9), stream_id: idOf(2), title: 'Login fails', url: null }],
      differences: [
        { field: 'state', stream_id: idOf(2), from: 'Todo', to: 'Done', becomes: 'update' },
      ],
    }),
    planRow(2, {
      title: 'Export',
      action: 'review',
      others: [
        { record_id: idOf(10), stream_id: idOf(2), title: 'Export of PDF', url: null },
        { record_id: idOf(11), stream_id: idOf(2), title: 'Export again', url: null },
      ],
    }),
  ];
  const answers = (of: Parameters<typeof plan>[0] = {}) => ({
    [`GET /flows/${flowId}`]: flow({ status: 'draft' }),
    [`GET /flows/${flowId}/plan`]: plan(of),
    [`GET /flow-plans/${planId}/rows`]: { data: rows, next_cursor: null },
  });

  it('that nobody made yet is offered', async () => {
    const asked = answering({
      [`GET /flows/${flowId}`]: flow({ status: 'draft', plan_id: null }),
      [`POST /flows/${flowId}/plans`]: plan({ status: 'queued' }),
    });
    show(<PlanPage id={flowId} />);
    await userEvent.click(await screen.findByRole('button', { name: planWords.none.action }));
    await waitFor(() => expect(writes(asked)).toHaveLength(1), patience);
  });

  it('shows how far it is while it is made, and no rows', async () => {
    answering(answers({ status: 'making', done: 40, total: 100 }));
    show(<PlanPage id={flowId} />);
    const bar = await screen.findByRole('progressbar', { name: planWords.progress.making });
    expect(bar.getAttribute('aria-valuenow')).toBe('40');
    expect(screen.queryByRole('grid')).toBeNull();
    expect(screen.queryByRole('button', { name: planWords.enable.action })).toBeNull();
  });

  it('is enabled after every number was said again', async () => {
    const asked = answering({
      ...answers(),
      [`POST /flow-plans/${planId}/enable`]: plan({ status: 'enabling' }),
    });
    show(<PlanPage id={flowId} />);
    await userEvent.click(await screen.findByRole('button', { name: planWords.enable.action }));
    const dialog = await screen.findByRole('dialog', { name: planWords.enable.title('Issues') });
    for (const said of ['120 records', '30 objects', '12 fields', '3 conflicts', 'Nothing is']) {
      expect(dialog.textContent).toContain(said);
    }
    await userEvent.click(within(dialog).getByRole('button', { name: planWords.enable.action }));
    await waitFor(
      () => expect(writes(asked).map(({ path }) => path)).toEqual([`/flow-plans/${planId}/enable`]),
      patience,
    );
  });

  it('shows each value of a row from and to', async () => {
    answering(answers());
    globalThis.history.replaceState(null, '', '/w/ops/flows?row=1');
    show(<PlanPage id={flowId} />);
    const drawer = await screen.findByRole('dialog', { name: 'Login fails' });
    expect(within(drawer).getByText('Todo').tagName).toBe('DEL');
    expect(within(drawer).getByText('Done').tagName).toBe('INS');
  });

  it('lets a person say whom a record is, or that it is none of them', async () => {
    const path = `/flow-plans/${planId}/rows/2/choice`;
    const asked = answering({
      ...answers(),
      [`PUT ${path}`]: { ...rows[1], choice: { record_id: null } },
    });
    globalThis.history.replaceState(null, '', '/w/ops/flows?row=2');
    show(<PlanPage id={flowId} />);
    const drawer = await screen.findByRole('dialog', { name: 'Export' });
    const group = within(drawer).getByRole('group', { name: planWords.row.candidates });
    expect(within(group).getAllByRole('radio')).toHaveLength(3);
    await userEvent.click(within(group).getByRole('radio', { name: /^None of them/ }));
    await userEvent.click(within(drawer).getByRole('button', { name: planWords.row.choose }));
    await waitFor(() => expect(writes(asked)).toHaveLength(1), patience);
    expect(writes(asked)[0]).toEqual({ method: 'PUT', path, body: { record_id: null } });
  });

  it('that is over says what was skipped and failed, and can be made again', async () => {
    answering(answers({ status: 'done', skipped: 4, failed: 1 }));
    show(<PlanPage id={flowId} />);
    expect(await screen.findByText(planWords.notices.trouble(4, 1))).toBeTruthy();
    expect(screen.getByRole('button', { name: planWords.again })).toBeTruthy();
    expect(screen.queryByRole('button', { name: planWords.enable.action })).toBeNull();
  });

  it('is looked at only by a viewer', async () => {
    answering(answers());
    show(<PlanPage id={flowId} />, 'viewer');
    expect(await screen.findByText(planWords.counts.joins)).toBeTruthy();
    expect(screen.queryByRole('button', { name: planWords.enable.action })).toBeNull();
  });
});

describe('a flow', () => {
  const creation: Creation = {
    id: idOf(70),
    record_id: idOf(71),
    stream_id: idOf(2),
    title: 'Export',
    state: 'refused',
    attempts: 3,
    error: { code: 'connectors.refused', message: 'The team is archived.' },
    sent_at: at,
    next_attempt_at: null,
    created_at: at,
  };
  const answers = {
    ...stock,
    [`GET /flows/${flowId}`]: flow({ sides: [side(1), side(2, { can_create: false })] }),
    [`GET /flows/${flowId}/plan`]: plan({ status: 'done' }),
    [`GET /flows/${flowId}/creations`]: { data: [creation], next_cursor: null, total: 1 },
    [`POST /flows/${flowId}/creations/${creation.id}/retry`]: { ...creation, state: 'owed' },
    [`PATCH /flows/${flowId}`]: flow({ status: 'paused' }),
  };

  it('says why an object was refused, and has it tried again', async () => {
    const asked = answering(answers);
    show(<FlowPage id={flowId} />);
    expect(await screen.findByText('The team is archived.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: words.owed.retry }));
    await waitFor(() => expect(writes(asked)).toHaveLength(1), patience);
    expect(writes(asked)[0]?.path).toContain('/retry');
  });

  it('says what is made where, and leads to a channel that is told instead', async () => {
    answering(answers);
    show(<FlowPage id={flowId} />);
    expect(await screen.findByText(new RegExp(words.sides.cannot))).toBeTruthy();
    const tell = screen.getByRole('link', { name: words.tell.action });
    expect(tell.getAttribute('href')).toContain('/w/ops/deliveries?new=slack');
  });

  it('is paused after saying what that means', async () => {
    const asked = answering(answers);
    show(<FlowPage id={flowId} />);
    await userEvent.click(await screen.findByRole('button', { name: words.actions.pause }));
    const dialog = await screen.findByRole('dialog', { name: words.pause.title('Issues') });
    await userEvent.click(within(dialog).getByRole('button', { name: words.actions.pause }));
    await waitFor(() => expect(writes(asked)).toHaveLength(1), patience);
    expect(writes(asked)[0]?.body).toEqual({ status: 'paused' });
  });
});
