import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '#lib/core/index';
import { defaultsOf, fieldRule, fieldsEqual } from '#lib/kinds/index';
import { conflictChoices, type Resolution } from '#lib/records/schema';
import { markOfSides } from '../../../lib/records/conflict-mark.ts';
import {
  type ConflictedRecord,
  closedChoices,
  decideConflicts,
  type StandingConflict,
} from '../../../lib/records/decide-conflict.ts';

const rules = {
  writableFields: () => ['title', 'body', 'state', 'labels'],
  acceptedValues: (_connector: string, _resource: string, field: string) =>
    field === 'state' ? ['open', 'done'] : null,
};
const by = { mutationId: 'call', rules };

const conflict = (id: string, more: Partial<StandingConflict> = {}): StandingConflict => ({
  id,
  link_id: 'left',
  field: 'title',
  base: 'Before',
  remote: 'Theirs',
  policy: 'manual',
  status: 'open',
  mutation_id: null,
  ...more,
});
const record = (
  conflicts: StandingConflict[],
  data: JsonObject = { title: 'Ours' },
): ConflictedRecord => ({
  kind: 'task',
  data: { ...defaultsOf('task'), ...data },
  links: [{ id: 'left', connector: 'fake', resource: 'issues' }],
  conflicts,
  isDeleted: false,
  isRepeated: false,
});
const mark = (local: Json, remote: Json, field = 'title') =>
  markOfSides('task', { field, local, remote });
const item = (id: string, more: Partial<Resolution> = {}): Resolution => ({
  id,
  choice: 'local',
  seen: mark('Ours', 'Theirs'),
  always: false,
  ...more,
});
const outcomes = (state: ConflictedRecord, ...items: Resolution[]) =>
  decideConflicts(state, items, by).verdicts.map(({ outcome }) => outcome);

describe('a choice', () => {
  it.each([
    ['local', undefined, 'Ours', {}],
    ['remote', undefined, 'Theirs', { title: ['Ours', 'Theirs'] }],
    ['base', undefined, 'Before', { title: ['Ours', 'Before'] }],
    ['value', 'Both', 'Both', { title: ['Ours', 'Both'] }],
  ] as const)('of %s puts that value in the record', (choice, value, stands, diff) => {
    const decision = decideConflicts(
      record([conflict('1')]),
      [item('1', { choice, ...(value === undefined ? {} : { value }) })],
      by,
    );
    expect(decision.verdicts).toEqual([{ id: '1', outcome: 'resolved', reason: null }]);
    expect(decision.data['title']).toBe(stands);
    expect(decision.diff).toEqual(diff);
    expect(decision.settled).toEqual([
      { id: '1', link_id: 'left', field: 'title', local: 'Ours', resolution: stands, choice },
    ]);
  });

  it('counts only while both sides are those that were seen', () => {
    const state = record([conflict('1')]);
    expect(outcomes(state, item('1', { seen: mark('Ours', 'Older') }))).toEqual(['changed']);
    expect(outcomes(state, item('1', { seen: mark('Older', 'Theirs') }))).toEqual(['changed']);
    expect(outcomes(state, item('2'))).toEqual(['changed']);
    expect(outcomes(state, item('1'), item('1'))).toEqual(['resolved', 'changed']);
    // A form is no difference.
    expect(outcomes(state, item('1', { seen: mark(' Ours ', 'Theirs') }))).toEqual(['resolved']);
  });

  it('that was made already is answered as made, once', () => {
    const settled = { status: 'resolved', mutation_id: 'call' } as const;
    expect(outcomes(record([conflict('1', settled)]), item('1'))).toEqual(['resolved']);
    const another = { status: 'resolved', mutation_id: 'another' } as const;
    expect(outcomes(record([conflict('1', another)]), item('1'))).toEqual(['changed']);
    const repeated = { ...record([conflict('1')]), isRepeated: true };
    expect(outcomes(repeated, item('1'))).toEqual(['refused']);
  });

  it('of an edited value is judged as an edit', () => {
    const state = record([conflict('1', { field: 'state', base: 'open', remote: 'done' })], {
      state: 'cancelled',
    });
    const edit = (value: Resolution['value']) =>
      decideConflicts(
        state,
        [
          {
            ...item('1', { choice: 'value', seen: mark('cancelled', 'done', 'state') }),
            ...(value === undefined ? {} : { value }),
          },
        ],
        by,
      ).verdicts[0];
    expect(edit('open')?.outcome).toBe('resolved');
    expect(edit('in_progress')).toMatchObject({
      outcome: 'refused',
      reason: 'The connector "fake" takes open, done.',
    });
    expect(edit(['open'])?.outcome).toBe('refused');
    expect(edit(undefined)).toMatchObject({ reason: 'The value is missing.' });
  });

  it('is refused of a record that is gone', () => {
    expect(outcomes({ ...record([conflict('1')]), isDeleted: true }, item('1'))).toEqual([
      'refused',
    ]);
  });

  it('ends the same question at a place that has the value, and no other', () => {
    const state = record([
      conflict('1'),
      conflict('2', { link_id: 'middle' }),
      conflict('3', { link_id: 'right', remote: 'A third' }),
    ]);
    const { settled } = decideConflicts(state, [item('1', { choice: 'remote' })], by);
    expect(settled.map(({ id, choice }) => [id, choice])).toEqual([
      ['1', 'remote'],
      ['2', null],
    ]);
  });
});

describe('what cannot be chosen', () => {
  it('is said with the reason', () => {
    const sides = { field: 'title', base: 'Before', remote: 'Theirs', policy: 'manual' };
    expect(closedChoices('task', sides)).toEqual({});
    expect(Object.keys(closedChoices('task', { ...sides, base: null }))).toEqual(['base']);
    expect(Object.keys(closedChoices('task', { ...sides, remote: null }))).toEqual(['remote']);
    const refused = { ...sides, remote: 'Before', policy: 'refused' };
    expect(Object.keys(closedChoices('task', refused))).toEqual(['base']);
    const fact = { field: 'number', base: 1, remote: 2, policy: 'oscillation' };
    expect(Object.keys(closedChoices('task', fact))).toEqual(['value']);
  });
});

describe('any choices of any sides', () => {
  const word = fc.constantFrom('a', 'b', 'c');
  it('lose no value: what made room is among the sides of a settled conflict or in the log', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ base: word, remote: word }), { minLength: 1, maxLength: 4 }),
        word,
        fc.array(
          fc.record({
            at: fc.nat({ max: 4 }),
            choice: fc.constantFrom(...conflictChoices),
            value: word,
            local: word,
            remote: word,
          }),
          { maxLength: 6 },
        ),
        (sides, local, asked) => {
          const conflicts = sides.map((one, at) =>
            conflict(String(at), { ...one, link_id: `link ${at}` }),
          );
          const state = record(conflicts, { title: local });
          const { settled, data, diff, verdicts } = decideConflicts(
            state,
            asked.map(({ at, local: here, remote, ...rest }) =>
              item(String(at), { ...rest, seen: mark(here, remote) }),
            ),
            by,
          );
          const same = (a: Json | undefined, b: Json | undefined) =>
            fieldsEqual(fieldRule('task', 'title').comparator, a, b);
          // What the record had is in the log when it made room.
          const isKept = same(data['title'], local);
          expect(diff).toEqual(isKept ? {} : { title: [local, data['title']] });
          // What a place has stays in its conflict; a place nobody spoke of has what was chosen.
          const agreed = settled.filter(({ choice }) => choice === null);
          const there = agreed.map(({ id }) => conflicts[Number(id)]?.remote);
          expect(there.every((remote) => same(remote, data['title']))).toBe(true);
          expect(new Set(settled.map(({ id }) => id)).size).toBe(settled.length);
          expect(verdicts).toHaveLength(asked.length);
          // Each value the field went through is a side of what was settled.
          const chain = settled.filter(({ choice }) => choice !== null);
          const before = [local, ...chain.map(({ resolution }) => resolution)];
          expect(chain.every((one, at) => same(one.local, before[at]))).toBe(true);
        },
      ),
    );
  });
});
