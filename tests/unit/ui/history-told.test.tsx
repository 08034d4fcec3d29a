// @vitest-environment jsdom
import { screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordJourney } from '@/components/records/record-journey';
import { RecordTimeline } from '@/components/records/record-timeline';
import { Unreadable } from '@/components/records/unreadable';
import type { Change, Conflict, Link, Push, RecordRow } from '@/lib/records/schema';
import { patience } from '../../setup/patience.ts';
import { AnsweringHub, at, id, other, show } from './answering-hub.tsx';

let hub: AnsweringHub;
beforeEach(() => {
  hub = new AnsweringHub();
  hub.start();
});
afterEach(() => hub.stop());

const change = (more: Partial<Change> = {}): Change => ({
  position: 12,
  record_id: id,
  kind: 'task',
  version: 3,
  op: 'update',
  origin: 'hub',
  reason: null,
  actor: null,
  connection_id: id,
  run_id: null,
  inbox_event_id: null,
  mutation_id: null,
  undoes: null,
  fields: ['body', 'labels'],
  diff: { body: ['', 'Text'], labels: [[], ['bug']] },
  at,
  ...more,
});
const push = (more: Partial<Push>): Push => ({
  id,
  connection_id: id,
  fields: ['title', 'body'],
  created_at: at,
  outcome: 'accepted',
  error: null,
  finished_at: at,
  echoed_at: null,
  ...more,
});

/** What the one line of a history says, and whether it can be undone. */
function told(one: Partial<Change>, pushes: Push[] = []): { line: string; undo: boolean } {
  const history = { changes: [change(one)], pushes, creations: [], conflicts: [] };
  const { unmount } = show(
    <RecordTimeline history={history} connectors={new Map([[id, 'GitHub']])} />,
  );
  const [line] = within(screen.getByRole('list', { name: /happened/ })).getAllByRole('listitem');
  const undo = screen.queryByRole('button', { name: /Undo/ }) !== null;
  const said = { line: line?.textContent ?? '', undo };
  unmount();
  return said;
}
const nothing = { fields: [], diff: {} };

describe('a line of the history', () => {
  it('of the hub says which of its reasons it had, and offers no undo of it', () => {
    const lines = {
      refused: told({ reason: 'refused' }),
      joined: told({ reason: 'joined', connection_id: null }),
      made: told({ reason: 'made', ...nothing }),
      again: told({ reason: 'made', op: 'restore', ...nothing }),
      withdrawn: told({ reason: 'withdrawn', op: 'delete', connection_id: null, ...nothing }),
    };
    expect(lines.refused.line).toContain(
      'Patchbay put body, labels back, which GitHub did not take',
    );
    expect(lines.joined.line).toContain('Patchbay made it one with another record: body, labels');
    expect(lines.made.line).toContain('Patchbay made it at GitHub');
    expect(lines.again.line).toContain('made it at GitHub, where it lives again');
    expect(lines.withdrawn.line).toContain('Patchbay took it back');
    expect(Object.values(lines).some(({ undo }) => undo)).toBe(false);
  });

  it('from before reasons were kept claims none', () => {
    const fields = told({});
    expect(fields.line).toContain('Patchbay changed body, labels');
    expect(fields.undo).toBe(true);
    const where = told(nothing);
    expect(where.line).toContain('Patchbay changed where it lives');
    expect(where.undo).toBe(false);
    const ended = told({ op: 'delete', ...nothing });
    expect(ended.line).toContain('Patchbay ended it');
    expect(ended.undo).toBe(false);
  });

  it('of a service says how it came to be', () => {
    const from = { origin: 'connection' } as const;
    expect(told({ ...from, reason: 'answered' }).line).toContain(
      'GitHub answered with another body, labels',
    );
    expect(told({ ...from, reason: 'remapped' }).line).toContain(
      'Patchbay read body, labels of GitHub by other rules of mapping',
    );
    const gone = { ...from, op: 'delete', ...nothing } as const;
    expect(told(gone)).toMatchObject({ line: expect.stringContaining('deleted it'), undo: true });
    const back = told({ ...gone, reason: 'withdrawn' });
    expect(back.line).toContain('Patchbay took it back at GitHub');
    expect(back.undo).toBe(false);
  });

  it('of a person says what they did', () => {
    const ada = { origin: 'user', actor: { id, name: 'Ada' }, connection_id: null } as const;
    expect(told({ ...ada, op: 'create' }).line).toContain('Ada made it');
    expect(told({ ...ada, reason: 'resolved' }).line).toContain('Ada decided body, labels');
    expect(told({ ...ada, reason: 'resolution_undone' }).line).toContain(
      'Ada took back a decision about body, labels',
    );
    // The run of an undo is no page of a run.
    const { unmount } = show(
      <RecordTimeline
        history={{
          changes: [change({ ...ada, run_id: other, undoes: 3 })],
          pushes: [],
          creations: [],
          conflicts: [],
        }}
        connectors={new Map()}
      />,
    );
    expect(screen.queryByRole('link')).toBeNull();
    unmount();
  });

  it('is marked as taken back as far as it was, and while it is', () => {
    const ada = { origin: 'user', actor: { id, name: 'Ada' }, connection_id: null } as const;
    const edit = change({ ...ada, position: 2 });
    const undo = (position: number, undoes: number, fields: string[]) =>
      change({ ...ada, position, undoes, fields });
    const marks = (...changes: Change[]) => {
      const history = { changes, pushes: [], creations: [], conflicts: [] };
      const { unmount } = show(<RecordTimeline history={history} connectors={new Map()} />);
      const lines = within(screen.getByRole('list', { name: /happened/ })).getAllByRole('listitem');
      const found = lines.map(
        (line) => /Ada changed .*?(partly taken back|taken back)/.exec(line.textContent)?.[1],
      );
      unmount();
      return found.filter((one) => one !== undefined);
    };
    const all = ['labels', 'body'];
    expect(marks(undo(3, 2, all), edit)).toEqual(['taken back']);
    expect(marks(undo(3, 2, ['body']), edit)).toEqual(['partly taken back']);
    // The undo was taken back itself.
    expect(marks(undo(4, 3, all), undo(3, 2, all), edit)).toEqual([]);
    expect(marks(undo(5, 2, ['labels']), undo(3, 2, ['body']), edit)).toEqual(['taken back']);
  });

  it('of a call says what was taken of it', () => {
    const error = { code: 'provider.refused', message: 'body is too long.', fields: ['body'] };
    const lines = (one: Partial<Push>) => {
      const history = { changes: [], pushes: [push(one)], creations: [], conflicts: [] };
      const { unmount } = show(
        <RecordTimeline history={history} connectors={new Map([[id, 'GitHub']])} />,
      );
      const text = screen.getByRole('list', { name: /happened/ }).textContent;
      unmount();
      return text;
    };
    expect(lines({ error })).toContain('GitHub accepted title');
    expect(lines({ error })).not.toContain('accepted title, body');
    expect(lines({ error })).toContain('body is too long.');
    expect(lines({ outcome: 'refused' })).toContain('GitHub did not take title, body');
  });
});

const link = (more: Partial<Link>): Link => ({
  id,
  connection_id: id,
  stream_id: id,
  connector: 'github',
  external_key: '1',
  url: null,
  state: 'refused',
  held: [],
  error: { code: 'provider.refused', message: 'Too long.', fields: ['title'] },
  dirty_at: null,
  pushed_at: null,
  echoed_at: null,
  ...more,
});
const row = (links: Link[]): RecordRow => ({
  id,
  kind: 'task',
  version: 9,
  data: { title: 'Here' },
  created_at: at,
  updated_at: at,
  deleted_at: null,
  links,
});
const conflict = { id: other, policy: 'refused', status: 'open' } as Conflict;

async function journey(one: Partial<Link>): Promise<string> {
  hub.answers[`GET /records/${id}/history`] = {
    changes: [],
    pushes: [],
    creations: [],
    conflicts: [],
  };
  const { container, unmount } = show(<RecordJourney row={row([link(one)])} pending={[]} />);
  await screen.findByRole('list', { name: /happened/ }, patience);
  const text = container.textContent;
  unmount();
  return text;
}

describe('an edit that a service did not take', () => {
  const refused = { code: 'provider.refused', message: 'Too long.', fields: ['title'] };

  it('is said to be taken back only where it was', async () => {
    const alone = await journey({ error: { ...refused, here: 'taken_back' } });
    expect(alone).toContain('did not take the edit, it was taken back');
    expect(alone).toContain('Put back here as it was');
    const kept = await journey({ error: { ...refused, here: 'kept' }, held: ['title'] });
    expect(kept).toContain('did not take the edit, it is kept here');
    expect(kept).toContain('Kept here, and waits for a decision');
    expect(kept).not.toContain('taken back');
    const beside = await journey({ error: { ...refused, here: 'kept' } });
    expect(beside).toContain('Kept here');
    expect(beside).not.toMatch(/decision|taken back/);
    const old = await journey({});
    expect(old).toContain('did not take the edit');
    expect(old).not.toMatch(/taken back|ept here/);
  });

  it('asks without saying that both sides changed', async () => {
    const text = await journey({ state: 'conflict', held: ['title'], error: null });
    expect(text).toContain('Waits for a decision');
    expect(text).not.toContain('both sides');
    expect(conflict.policy).toBe('refused');
  });
});

describe('a value that cannot be held', () => {
  it('is named with what the service said, and what stands here', () => {
    show(<Unreadable links={[link({ unreadable: { due_on: 'It is no date.' } })]} />);
    const notice = screen.getByText(/GitHub|github/).closest('div');
    expect(notice?.textContent).toContain('due on');
    expect(notice?.textContent).toContain('It is no date.');
    expect(notice?.textContent).toContain('keeps the last value that could be read');
  });

  it('is no notice where there is none', () => {
    const { container } = show(<Unreadable links={[link({ unreadable: {} }), link({})]} />);
    expect(container.textContent).toBe('');
  });
});
