// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PlanPage } from '@/components/flows/plan-page';
import { planWords } from '@/components/flows/plan-words';
import { patience } from '../../setup/patience.ts';
import { flow, idOf, plan, planRow } from './flow-sample.ts';
import { answering, setStage, show, writes } from './flow-stage.tsx';

const flowId = idOf(50);
const planId = idOf(60);

const push = vi.hoisted(() => vi.fn<(path: string) => void>());
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push }),
  useSearchParams: () => new URLSearchParams(globalThis.location.search),
  usePathname: () => '/w/ops/flows',
}));

setStage();
beforeEach(() => push.mockReset());

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
