// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventList } from '@/components/inbox/event-list';
import { words } from '@/components/inbox/words';
import { type Session, SessionContext } from '@/components/shell/use-session';
import { LiveConnection, LiveContext } from '@/lib/live/index';
import type { InboxEvent } from '@/lib/webhooks/schema';
import { patience } from '../../setup/patience.ts';
import { down, event, idOf } from './sample.ts';

const rowPx = 38;
const workspaceId = idOf(900);

class StillObserver {
  observe() {}
  disconnect() {}
}

/** The hub, as far as the list asks it: a cursor is the number below which to go on. */
class Inbox {
  rows: InboxEvent[] = [];
  isDown = false;
  /** Events looked through for one page; those that match are shown. */
  matches: (row: InboxEvent) => boolean = () => true;
  readonly asked: (string | null)[] = [];

  fetch = async (text: string | URL): Promise<Response> => {
    const url = new URL(text, 'http://hub.test');
    if (!url.pathname.endsWith('/inbox-events')) return Response.json({ data: [] });
    const cursor = url.searchParams.get('cursor');
    this.asked.push(cursor);
    if (this.isDown && cursor) return Response.json({ detail: 'Later.' }, { status: 500 });
    const below = this.rows.filter((row) => !cursor || row.id < idOf(Number(cursor)));
    const looked = below.slice(0, 100);
    return Response.json({
      data: looked.filter(this.matches),
      next_cursor: below.length > 100 ? String(Number(looked.at(-1)?.delivery_id)) : null,
      prev_cursor: null,
    });
  };
}

let hub: Inbox;
let look: () => Promise<void>;
beforeEach(() => {
  hub = new Inbox();
  vi.stubGlobal('fetch', hub.fetch);
  vi.stubGlobal('ResizeObserver', StillObserver);
  Element.prototype.scrollTo = function scrollTo(this: Element, to?: unknown) {
    this.scrollTop = (to as ScrollToOptions).top ?? 0;
    this.dispatchEvent(new Event('scroll'));
  } as Element['scrollTo'];
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function show(filter: Record<string, string> = {}) {
  const workspace = { id: workspaceId, name: 'Ops', slug: 'ops', role: 'editor' };
  const session = { workspace, home: '/w/ops' } as Session;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const live = new LiveConnection(workspaceId, client);
  look = () => act(() => client.refetchQueries());
  render(
    <QueryClientProvider client={client}>
      <SessionContext value={session}>
        <LiveContext value={{ workspaceId, live }}>
          <EventList filter={filter} open={null} change={() => undefined} />
        </LiveContext>
      </SessionContext>
    </QueryClientProvider>,
  );
  return screen.findByRole('grid', {}, patience);
}

const scroll = (grid: HTMLElement, row: number) => act(() => grid.scrollTo({ top: row * rowPx }));
const told = (n: number, status: InboxEvent['status'] = 'applied'): InboxEvent => ({
  ...event(n, status),
  outcome: `Event ${n}: ${status}`,
});
const shown = (text: string) => screen.findByTitle(text, {}, patience);
const isShown = (text: string) => screen.queryByTitle(text) !== null;
const tell = (rows: InboxEvent[]) => rows.map((row) => told(Number(row.delivery_id), row.status));

describe('the events of the inbox', () => {
  it('are not read again and again after a failure, but when somebody says so', async () => {
    hub.rows = tell(down(150, 1));
    hub.isDown = true;
    const grid = await show();
    scroll(grid, 90);
    await screen.findByText(words.stopped.failed.told, { exact: false }, patience);
    await look();
    await look();
    expect(hub.asked.filter((cursor) => cursor === '51')).toHaveLength(1);
    hub.isDown = false;
    await userEvent.click(screen.getByRole('button', { name: words.stopped.failed.action }));
    await waitFor(() => expect(grid.getAttribute('aria-rowcount')).toBe('151'), patience);
    expect(screen.queryByText(words.stopped.failed.told, { exact: false })).toBeNull();
  });

  it('say where matches lie far apart, and go on when somebody says so', async () => {
    hub.rows = tell(down(3_000, 1));
    hub.matches = ({ delivery_id: n }) => Number(n) > 2_950 || Number(n) < 10;
    const grid = await show({ status: 'applied' });
    scroll(grid, 45);
    await screen.findByText(words.stopped.far.told, { exact: false }, patience);
    const asked = hub.asked.filter((cursor) => cursor !== null).length;
    expect(asked).toBe(20);
    await userEvent.click(screen.getByRole('button', { name: words.stopped.far.action }));
    await waitFor(() => expect(grid.getAttribute('aria-rowcount')).toBe('60'), patience);
  });

  it('are kept fresh in sight when they have slid off the newest page', async () => {
    hub.rows = tell(down(250, 1)).map((row) => (row.id === idOf(155) ? told(155, 'pending') : row));
    const grid = await show();
    hub.rows = [...tell(down(270, 251)), ...hub.rows];
    await look();
    await waitFor(() => expect(grid.getAttribute('aria-rowcount')).toBe('121'), patience);
    scroll(grid, 115);
    await shown('Event 155: pending');
    hub.rows = hub.rows.map((row) => (row.id === idOf(155) ? told(155) : row));
    await look();
    await shown('Event 155: applied');
  });

  it('stay where they are read while newer ones come, and begin anew when far more have come', async () => {
    hub.rows = tell(down(250, 1));
    const grid = await show();
    scroll(grid, 20);
    hub.rows = [...tell(down(300, 251)), ...hub.rows];
    await look();
    await waitFor(() => expect(grid.scrollTop).toBe(70 * rowPx), patience);
    hub.rows = [...tell(down(3_000, 301)), ...hub.rows];
    await look();
    const begin = await screen.findByRole('button', { name: words.showNewest }, patience);
    expect(isShown('Event 230: applied')).toBe(true);
    // While it is asked for, one look is one page.
    const before = hub.asked.length;
    await look();
    expect(hub.asked.slice(before).every((cursor) => cursor === null || cursor === '201')).toBe(
      true,
    );
    await userEvent.click(begin);
    await shown('Event 3000: applied');
    expect(grid.scrollTop).toBe(0);
    expect(screen.queryByRole('button', { name: words.showNewest })).toBeNull();
  });

  it('no longer say that more have come when they are known after all', async () => {
    const old = tell(down(250, 1));
    hub.rows = [...tell(down(3_000, 251)), ...old];
    hub.rows = old;
    await show();
    hub.rows = [...tell(down(3_000, 251)), ...old];
    await look();
    await screen.findByText(words.manyMore, { exact: false }, patience);
    hub.rows = [...tell(down(260, 251)), ...old];
    await look();
    await waitFor(
      () => expect(screen.queryByText(words.manyMore, { exact: false })).toBeNull(),
      patience,
    );
    await shown('Event 260: applied');
  });

  it('are looked through once for what a filter finds far back while nothing new has come', async () => {
    hub.rows = tell(down(1_800, 1));
    hub.matches = ({ delivery_id: n }) => Number(n) < 50;
    await show({ status: 'applied' });
    await userEvent.click(
      await screen.findByRole('button', { name: words.none.lookBack }, patience),
    );
    await shown('Event 49: applied');
    const before = hub.asked.length;
    await look();
    expect(hub.asked.slice(before).every((cursor) => cursor === null || cursor === '101')).toBe(
      true,
    );
    // Something has come that does not match, and more than is looked through at once lies between.
    hub.rows = [told(1_801), ...hub.rows];
    await look();
    await screen.findByText(words.unseenNew, { exact: false }, patience);
    expect(isShown('Event 49: applied')).toBe(true);
  });
});
