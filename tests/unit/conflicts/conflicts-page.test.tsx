// @vitest-environment jsdom
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { words } from '@/components/conflicts/words';
import { LiveConnection } from '@/lib/live/index';
import type { Change } from '@/lib/records/schema';
import { patience } from '../../setup/patience.ts';
import { body, card, gone, Hub, show, title, workspaceId } from './hub.tsx';
import { at, conflictOf, idOf } from './sample.ts';

const address = vi.hoisted(() => ({ query: '' }));
vi.mock('next/navigation', () => ({
  useSearchParams: () => new URLSearchParams(address.query),
  useRouter: () => ({ push: () => undefined }),
}));

let hub: Hub;
beforeEach(() => {
  hub = new Hub();
  address.query = '';
  vi.stubGlobal('fetch', hub.fetch);
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('the page', () => {
  it('settles what is selected by one call', async () => {
    hub.rows = [conflictOf(1), conflictOf(2, { field: 'body' }), conflictOf(3, { field: 'state' })];
    show();
    await card(title);
    await userEvent.keyboard('jxjx');
    const bar = within(screen.getByRole('toolbar', { name: words.bulk.selected(2) }));
    await userEvent.click(bar.getByRole('button', { name: words.choose.local }));
    await gone(title);
    await gone(body);
    const ids = hub.posts('/conflicts/resolve')[0]?.items?.map(({ id }) => id);
    expect(ids).toEqual([idOf(1), idOf(2)]);
  });

  it('keeps the keyboard where it is: behind what was written, and at the next one', async () => {
    hub.rows = [conflictOf(1), conflictOf(2, { field: 'body' })];
    show();
    const first = await card(title);
    await userEvent.keyboard('je');
    expect(document.activeElement?.tagName).toBe('INPUT');
    await userEvent.keyboard('{Escape}');
    expect(document.activeElement).toBe(first);
    await userEvent.keyboard('1');
    await gone(title);
    expect(document.activeElement).toBe(await card(body));
  });

  it('keeps the keyboard near what a button settled, and at the heading when none is left', async () => {
    hub.rows = [conflictOf(1), conflictOf(2, { field: 'body' })];
    show();
    const keep = async (name: string) =>
      userEvent.click(within(await card(name)).getByRole('button', { name: /Keep ours/ }));
    await keep(title);
    await gone(title);
    await waitFor(() => expect(document.activeElement?.id).toBe(`conflict-${idOf(2)}`), patience);
    await keep(body);
    await gone(body);
    await waitFor(() => expect(document.activeElement?.tagName).toBe('H1'), patience);
  });

  it('follows what happens elsewhere', async () => {
    hub.rows = [conflictOf(1)];
    const client = show();
    await card(title);
    hub.rows = [conflictOf(2, { field: 'body' })];
    // What the live layer does with the news of a touched conflict.
    await client.invalidateQueries({ queryKey: ['conflicts', workspaceId] });
    expect(await card(body)).toBeDefined();
    await gone(title);
  });

  it('reads anew when a record it shows changes', async () => {
    hub.rows = [conflictOf(1)];
    let tell: (changes: Change[]) => void = () => undefined;
    vi.spyOn(LiveConnection.prototype, 'onChanges').mockImplementation((listener) => {
      tell = listener;
      return () => undefined;
    });
    show();
    await card(title);
    hub.rows = [conflictOf(1, { local: 'Ours, later', sides: 'other' })];
    tell([{ record_id: idOf(100) } as Change]);
    expect(await screen.findByText('Ours, later', {}, patience)).toBeDefined();
    vi.restoreAllMocks();
  });

  it('teaches where nothing is, and says so of a filter', async () => {
    show();
    expect(await screen.findByText(words.empty.body, {}, patience)).toBeDefined();
    cleanup();
    address.query = `flow=${idOf(7)}&status=resolved`;
    show();
    expect(await screen.findByText(words.none.title, {}, patience)).toBeDefined();
    const last = hub.asked.findLast(({ path }) => path === '/conflicts');
    expect(last?.query.get('flow_id')).toBe(idOf(7));
  });

  it('says that it could not be read', async () => {
    hub.answers['GET /conflicts'] = () => Response.json({ detail: 'Later.' }, { status: 500 });
    show();
    expect(await screen.findByText(words.failed, {}, patience)).toBeDefined();
  });

  it('shows how they were settled, and undoes what a policy did', async () => {
    address.query = 'status=automatic';
    hub.rows = [
      conflictOf(1, {
        status: 'automatic',
        policy: 'latest_wins',
        resolution: 'Theirs',
        resolved_at: at,
        undo_closed: null,
      }),
      conflictOf(2, {
        field: 'body',
        status: 'automatic',
        policy: 'delete_wins',
        undo_closed: 'The record is deleted; it comes back at its service only.',
      }),
    ];
    hub.answers[`POST /conflicts/${idOf(1)}/undo`] = () =>
      Response.json({ detail: 'The field has been changed since.' }, { status: 409 });
    show();
    const shown = within(await card(title));
    expect(shown.getByText(words.why.latest_wins)).toBeDefined();
    await userEvent.click(shown.getByRole('button', { name: words.undo }));
    expect(
      await screen.findByText('The field has been changed since.', {}, patience),
    ).toBeDefined();
    const deleted = within(await card(body));
    expect(deleted.queryByRole('button', { name: words.undo })).toBeNull();
  });

  it('lets viewers look', async () => {
    hub.rows = [conflictOf(1)];
    show('viewer');
    const shown = within(await card(title));
    expect(shown.queryAllByRole('button')).toEqual([]);
    expect(screen.getByText(words.readOnly)).toBeDefined();
    await userEvent.keyboard('j1');
    expect(hub.posts('/conflicts/resolve')).toEqual([]);
  });
});
