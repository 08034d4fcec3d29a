// @vitest-environment jsdom
import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { words } from '@/components/conflicts/words';
import { ConflictChoice } from '@/components/records/conflict-choice';
import { patience } from '../../setup/patience.ts';
import { body, card, gone, Hub, show, title } from './hub.tsx';
import { conflictOf, idOf } from './sample.ts';

vi.mock('next/navigation', () => ({
  useSearchParams: () => new URLSearchParams(),
  useRouter: () => ({ push: () => undefined }),
}));

let hub: Hub;
beforeEach(() => {
  hub = new Hub();
  vi.stubGlobal('fetch', hub.fetch);
  Element.prototype.scrollIntoView = () => undefined;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('a conflict on its page', () => {
  it('shows before, here and there, who changed it, and the way to the record', async () => {
    hub.rows = [
      conflictOf(1),
      conflictOf(2, { field: 'labels', base: ['a', 'b'], local: ['b', 'c'] }),
    ];
    show();
    const shown = within(await card(title));
    for (const [side, value] of [
      ['Before', 'Before'],
      ['Here', 'Ours'],
      ['There · github', 'Theirs'],
    ] as const) {
      const part = within(shown.getByRole('figure', { name: side }));
      expect(part.getAllByText(value).length).toBeGreaterThan(0);
    }
    expect(shown.getByText(/Ada/)).toBeDefined();
    expect(screen.getByRole('link', { name: words.open }).getAttribute('href')).toBe(
      `/w/ops/records?record=${idOf(100)}`,
    );
    const labels = within(await card('labels, Fix the login'));
    const here = within(labels.getByRole('figure', { name: 'Here' })).getAllByRole('listitem');
    expect(here.map((item) => item.textContent)).toEqual(['b', '+added c', '−removed a']);
  });

  it('leaves with one press, by the sides that were seen, and can be taken back', async () => {
    hub.rows = [conflictOf(1)];
    show();
    const shown = within(await card(title));
    await userEvent.click(shown.getByRole('button', { name: /Take theirs/ }));
    await gone(title);
    expect(hub.posts('/conflicts/resolve')[0]?.items).toEqual([
      { id: idOf(1), choice: 'remote', seen: 'sides 1', always: false },
    ]);
    expect(await screen.findByText(words.empty.title, {}, patience)).toBeDefined();
    const path = `/conflicts/${idOf(1)}/undo`;
    hub.answers[`POST ${path}`] = () => {
      hub.rows = [conflictOf(1)];
      return { outcome: 'reopened', conflict: conflictOf(1) };
    };
    await userEvent.click(await screen.findByRole('button', { name: words.undo }, patience));
    expect(await screen.findByText(words.undone.reopened, {}, patience)).toBeDefined();
    expect(hub.posts(path)).toHaveLength(1);
    await card(title);
  });

  it('is decided by keys alone', async () => {
    hub.rows = [conflictOf(1), conflictOf(2, { field: 'body' }), conflictOf(3, { field: 'state' })];
    show();
    await card(title);
    await userEvent.keyboard('j');
    expect((await card(title)).getAttribute('aria-current')).toBe('true');
    await userEvent.keyboard('j1');
    await gone(body);
    // The next one has taken its place.
    expect((await card('state, Fix the login')).getAttribute('aria-current')).toBe('true');
    await userEvent.keyboard('k2');
    await gone(title);
    const choices = hub.posts('/conflicts/resolve').map(({ items }) => items?.[0]?.choice);
    expect(choices).toEqual(['local', 'remote']);
  });

  it('takes a value of one’s own', async () => {
    hub.rows = [conflictOf(1)];
    show();
    await card(title);
    await userEvent.keyboard('je');
    const input = await screen.findByLabelText(words.edit.label('title'), {}, patience);
    await userEvent.clear(input);
    await userEvent.type(input, 'Both of 12{Enter}');
    await gone(title);
    expect(hub.posts('/conflicts/resolve')[0]?.items?.[0]).toMatchObject({
      choice: 'value',
      value: 'Both of 12',
    });
  });

  it('says what cannot be chosen, and why', async () => {
    hub.rows = [
      conflictOf(1, { policy: 'refused', closed: { base: 'It still has the earlier value.' } }),
    ];
    show();
    const shown = within(await card(title));
    const before = shown.getByRole('button', { name: /As before/ });
    expect(before.hasAttribute('disabled')).toBe(true);
    expect(shown.getByText('It still has the earlier value.')).toBeDefined();
    expect(shown.getByText(words.why.refused('github'))).toBeDefined();
  });

  it('that changed meanwhile is shown as it stands now', async () => {
    hub.rows = [conflictOf(1)];
    hub.answers['POST /conflicts/resolve'] = () => {
      hub.rows = [conflictOf(1, { remote: 'Once more', sides: 'other' })];
      const [conflict] = hub.rows;
      return { data: [{ id: idOf(1), outcome: 'changed', reason: 'x', conflict }], always: [] };
    };
    show();
    const shown = within(await card(title));
    await userEvent.click(shown.getByRole('button', { name: /Keep ours/ }));
    expect(await screen.findByText(words.changed, {}, patience)).toBeDefined();
    expect(await screen.findByText('Once more', {}, patience)).toBeDefined();
  });

  it('stays where it is when the hub refuses, with the reason', async () => {
    hub.rows = [conflictOf(1)];
    hub.answers['POST /conflicts/resolve'] = () =>
      Response.json({ detail: 'Your role does not allow this.' }, { status: 403 });
    show();
    const shown = within(await card(title));
    await userEvent.click(shown.getByRole('button', { name: /Keep ours/ }));
    expect(await screen.findByText('Your role does not allow this.', {}, patience)).toBeDefined();
    await card(title);
  });
});

describe('always like this', () => {
  it('says what it does, and offers the same for the others', async () => {
    hub.rows = [conflictOf(1)];
    hub.answers['POST /conflicts/resolve-all'] = () => ({
      left: 4,
      upto: idOf(9),
      next: null,
      resolved: 4,
      refused: 0,
      reasons: [],
    });
    show();
    const shown = within(await card(title));
    await userEvent.click(shown.getByRole('checkbox', { name: words.always.label }));
    expect(shown.getByText(words.always.remote('title', 'github'))).toBeDefined();
    await userEvent.click(shown.getByRole('button', { name: /Take theirs/ }));
    await screen.findByText(words.always.others(4, 'title'), {}, patience);
    expect(hub.posts('/conflicts/resolve')[0]?.items?.[0]?.always).toBe(true);
    await userEvent.click(screen.getByRole('button', { name: words.always.settle }));
    await userEvent.click(await screen.findByRole('button', { name: 'Take theirs 4' }, patience));
    expect(await screen.findByText(words.bulk.done(4), {}, patience)).toBeDefined();
    const [looked, done] = hub.posts('/conflicts/resolve-all');
    const filter = { stream_id: idOf(400), field: 'title' };
    expect(looked).toMatchObject({ preview: true, choice: 'remote', filter });
    expect(done).toMatchObject({ choice: 'remote', filter, upto: idOf(9) });
  });
});

describe('the drawer of a record', () => {
  it('decides in the same way', async () => {
    hub.rows = [conflictOf(1)];
    show('editor', <ConflictChoice conflicts={hub.rows} />);
    const shown = within(await card(title));
    await userEvent.click(shown.getByRole('button', { name: /Keep ours/ }));
    await waitFor(() => expect(hub.posts('/conflicts/resolve')).toHaveLength(1), patience);
    expect(screen.getByRole('link', { name: 'Among all conflicts' }).getAttribute('href')).toBe(
      `/w/ops/conflicts?record=${idOf(100)}`,
    );
  });
});
