// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FlowPage } from '@/components/flows/flow-page';
import { FlowsPage } from '@/components/flows/flows-page';
import { words } from '@/components/flows/words';
import type { Creation } from '@/lib/flows/schema';
import { patience } from '../../setup/patience.ts';
import { at, flow, idOf, plan, side, stream } from './flow-sample.ts';
import { answering, setStage, show, stock, writes } from './flow-stage.tsx';

const flowId = idOf(50);

const push = vi.hoisted(() => vi.fn<(path: string) => void>());
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push }),
  useSearchParams: () => new URLSearchParams(globalThis.location.search),
  usePathname: () => '/w/ops/flows',
}));

setStage();
beforeEach(() => push.mockReset());

describe('the list of flows', () => {
  it('explains what a flow is where there is none, and leads to one', async () => {
    answering({ ...stock, 'GET /flows': { data: [] } });
    show(<FlowsPage />);
    expect(await screen.findByText(words.empty.title)).toBeTruthy();
    const add = await screen.findByRole('link', { name: words.add });
    expect(add.getAttribute('href')).toBe('/w/ops/flows/new');
    const tell = screen.getByRole('link', { name: words.tell.offer });
    expect(tell.getAttribute('href')).toBe('/w/ops/deliveries?new=slack');
  });

  it('offers to tell a channel beside a new flow', async () => {
    answering({ 'GET /flows': { data: [flow()] } });
    show(<FlowsPage />);
    expect(await screen.findByRole('link', { name: words.add })).toBeTruthy();
    expect(screen.getByRole('link', { name: words.tell.offer })).toBeTruthy();
  });

  it('asks for a second service where there is one only', async () => {
    answering({ ...stock, 'GET /streams': { data: [stream(1)] } });
    show(<FlowsPage />);
    expect(await screen.findByText(words.few.title)).toBeTruthy();
    expect(screen.queryByRole('link', { name: words.add })).toBeNull();
    // A channel can be told with one service.
    expect(screen.getByRole('link', { name: words.tell.offer })).toBeTruthy();
  });

  it('shows each with its jacks and figures, and leads to its conflicts', async () => {
    answering({ 'GET /flows': { data: [flow()] } });
    show(<FlowsPage />);
    const card = await screen.findByRole('article', { name: 'Issues' });
    expect(within(card).getByText('stream 1')).toBeTruthy();
    expect(within(card).getByText('1,200')).toBeTruthy();
    expect(within(card).queryByText(words.figures.unknown)).toBeNull();
    const conflicts = within(card).getByRole('link', { name: '3' });
    expect(conflicts.getAttribute('href')).toContain('/w/ops/conflicts');
  });

  it('counts what nobody knows the end of for itself', async () => {
    answering({ 'GET /flows': { data: [flow({ unknown: 7 })] } });
    show(<FlowsPage />);
    const card = await screen.findByRole('article', { name: 'Issues' });
    expect(within(card).getByText(words.figures.unknown)).toBeTruthy();
    expect(within(card).getByText('7')).toBeTruthy();
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
    expect(dialog.textContent).toContain('does not reach the others any more');
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
    expect(screen.queryByRole('link', { name: words.tell.offer })).toBeNull();
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

  it('that is paused says what waits for it', async () => {
    const paused = flow({ status: 'paused', owed: 4 });
    answering({ ...answers, [`GET /flows/${flowId}`]: paused });
    show(<FlowPage id={flowId} />);
    expect(await screen.findByText(new RegExp(words.owedWaits(4)))).toBeTruthy();
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
