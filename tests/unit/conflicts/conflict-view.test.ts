import { describe, expect, it } from 'vitest';
import {
  draftOf,
  groupByRecord,
  mayChoose,
  parseDraft,
  readView,
  settledBy,
  shapeOf,
  toApiFilter,
  whyOf,
  withAnswers,
} from '@/components/conflicts/conflict-view';
import { words } from '@/components/conflicts/words';
import { conflictOf, idOf } from './sample.ts';

describe('a list of conflicts', () => {
  it('stands by record, in the order of the newest of each', () => {
    const other = { record_id: idOf(101), title: ' ' };
    const groups = groupByRecord([
      conflictOf(3),
      conflictOf(2, other),
      conflictOf(1, { field: 'body' }),
    ]);
    expect(groups.map(({ title, conflicts }) => [title, conflicts.map(({ id }) => id)])).toEqual([
      ['Fix the login', [idOf(3), idOf(1)]],
      [words.untitled, [idOf(2)]],
    ]);
  });

  it('loses what was settled and takes in what changed, once it is answered', () => {
    const rows = [conflictOf(1), conflictOf(2), conflictOf(3), conflictOf(4)];
    const moved = conflictOf(2, { remote: 'Theirs again' });
    const answers = new Map([
      [idOf(1), conflictOf(1, { status: 'resolved' })],
      [idOf(2), moved],
      [idOf(3), null],
    ]);
    expect(withAnswers(rows, answers, 'open')).toEqual([moved, conflictOf(4)]);
    expect(withAnswers(rows, answers, undefined)).toHaveLength(3);
  });

  it('is named by its address', () => {
    const view = readView(new URLSearchParams('status=automatic&flow=f&record=r&made=up'));
    expect(view).toEqual({ status: 'automatic', filter: { flow: 'f', record: 'r' } });
    expect(toApiFilter(view)).toEqual({ flow_id: 'f', record_id: 'r' });
    expect(readView(new URLSearchParams('status=nonsense')).status).toBe('open');
  });
});

describe('a conflict', () => {
  it('says why it is there and who settled it', () => {
    expect(whyOf(conflictOf(1), 'GitHub')).toBeNull();
    expect(whyOf(conflictOf(1, { policy: 'refused' }), 'GitHub')).toContain('GitHub refused');
    const later = (status: 'open' | 'automatic') =>
      whyOf(conflictOf(1, { policy: 'latest_wins', status }), 'GitHub');
    expect(later('open')).toContain('could not be told');
    expect(later('automatic')).toContain('won');
    const settled = { status: 'resolved', choice: 'remote' } as const;
    const by = { id: idOf(9), name: 'Ada' };
    expect(settledBy(conflictOf(1, { ...settled, resolved_by: by }))).toBe('decided by Ada');
    expect(settledBy(conflictOf(1, { ...settled, choice: null }))).toBe(words.settledBy.agreed);
    const ended = { ...settled, choice: null, is_deleted: true };
    expect(settledBy(conflictOf(1, ended))).toBe(words.settledBy.deleted);
    expect(settledBy(conflictOf(1, { status: 'automatic' }))).toBe(words.settledBy.policy);
  });

  it('offers what can be chosen', () => {
    expect(mayChoose(conflictOf(1), 'base')).toBe(true);
    expect(mayChoose(conflictOf(1, { closed: { base: 'There is none.' } }), 'base')).toBe(false);
    expect(mayChoose(conflictOf(1, { is_deleted: true }), 'local')).toBe(false);
    expect(mayChoose(conflictOf(1, { status: 'resolved' }), 'local')).toBe(false);
  });

  it('is written in the way of its field', () => {
    const of = (field: string) => conflictOf(1, { field });
    expect(
      ['title', 'body', 'labels', 'state', 'due_on', 'priority'].map((f) => shapeOf(of(f))),
    ).toEqual(['line', 'text', 'set', 'state', 'date', 'other']);
    expect(draftOf('set', ['a', 'b'])).toBe('a, b');
    expect(parseDraft(of('labels'), ' a,b , a,')).toEqual(['a', 'b']);
    expect(parseDraft(of('body'), '')).toBeNull();
    expect(parseDraft(of('title'), '')).toBe('');
    expect(parseDraft(of('state'), 'nonsense')).toBeUndefined();
    expect(parseDraft(of('due_on'), '2026-02-30')).toBeUndefined();
    expect(parseDraft(of('due_on'), '2026-02-28')).toBe('2026-02-28');
  });
});
