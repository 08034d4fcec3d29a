import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  candidatesShown,
  type Decision,
  type MatchClass,
  type MatchMember,
  type MatchSide,
  matchRecords,
} from '../../../lib/flows/match-records.ts';

const sideOf = (position: number, makes = true): MatchSide => ({
  position,
  streamId: `stream ${position}`,
  makes,
});
const three = [sideOf(0), sideOf(1), sideOf(2)];
const two = three.slice(0, 2);

/** Counted over all members at once, as the database counts them. */
function classesOf(members: readonly MatchMember[]): Map<string, MatchClass[]> {
  const classes = new Map<string, MatchClass[]>();
  for (const key of new Set(members.map((member) => member.key))) {
    const own = members.filter((member) => member.key === key);
    classes.set(
      key,
      [...new Set(own.map(({ taken }) => taken))].map((taken) => {
        const ids = own.filter((member) => member.taken === taken).map(({ recordId }) => recordId);
        return { taken, count: ids.length, recordIds: ids.sort().slice(0, candidatesShown) };
      }),
    );
  }
  return classes;
}

const match = (
  members: readonly MatchMember[],
  sides: readonly MatchSide[] = three,
  owed: ReadonlyMap<string, string[]> = new Map(),
): Decision[] => matchRecords({ sides, members, classes: classesOf(members), owed });

const member = (recordId: string, taken: number, key = 'k'): MatchMember => ({
  recordId,
  key,
  taken,
});

describe('the first match', () => {
  it('joins one with one, the first side leading', () => {
    expect(match([member('b', 2), member('a', 1)], two)).toEqual([
      { action: 'joined', recordId: 'b', by: 'a' },
      { action: 'join', recordId: 'a', others: ['b'], targets: [] },
    ]);
  });

  it('joins one of each of three, and makes what the third side has not', () => {
    expect(match([member('a', 1), member('b', 2), member('c', 4)])[0]).toEqual({
      action: 'join',
      recordId: 'a',
      others: ['b', 'c'],
      targets: [],
    });
    expect(match([member('a', 1), member('b', 2)])[0]).toMatchObject({ targets: ['stream 2'] });
  });

  it('asks where two at one side could be the one at the other', () => {
    expect(match([member('a', 1), member('b', 1), member('c', 2)], two)).toEqual([
      { action: 'review', recordId: 'a', candidates: ['c'], targets: ['stream 1'] },
      { action: 'review', recordId: 'b', candidates: ['c'], targets: ['stream 1'] },
      { action: 'review', recordId: 'c', candidates: ['a', 'b'], targets: ['stream 0'] },
    ]);
  });

  it('does not ask about two of one side that nobody elsewhere is like', () => {
    expect(match([member('a', 1), member('b', 1)], two).map(({ action }) => action)).toEqual([
      'create',
      'create',
    ]);
  });

  it('matches nothing by an empty key', () => {
    expect(
      match([member('a', 1, ''), member('b', 2, '')], two).map(({ action }) => action),
    ).toEqual(['create', 'create']);
  });

  it('makes an object only where a side makes, nothing is in its place, and none is owed', () => {
    const sides = [sideOf(0), sideOf(1, false), sideOf(2)];
    expect(match([member('a', 1)], sides)).toEqual([
      { action: 'create', recordId: 'a', targets: ['stream 2'] },
    ]);
    expect(match([member('a', 5)], sides)).toEqual([{ action: 'nothing', recordId: 'a' }]);
    expect(match([member('a', 1)], sides, new Map([['a', ['stream 2']]]))).toEqual([
      { action: 'nothing', recordId: 'a' },
    ]);
  });

  it('adds the third to a record that lives at two already', () => {
    expect(match([member('ab', 3), member('c', 4)])).toEqual([
      { action: 'join', recordId: 'ab', others: ['c'], targets: [] },
      { action: 'joined', recordId: 'c', by: 'ab' },
    ]);
  });
});

const members = fc
  .array(
    fc.record({
      key: fc.constantFrom('', 'x', 'x', 'y', 'z'),
      taken: fc.integer({ min: 1, max: 6 }),
    }),
    { maxLength: 24 },
  )
  .map((all) => all.map((one, n) => ({ ...one, recordId: `r${String(n).padStart(2, '0')}` })));

const takenOf = (all: readonly MatchMember[], id: string): number =>
  all.find(({ recordId }) => recordId === id)?.taken ?? 0;

describe('whatever records there are', () => {
  it('has every one of them in exactly one row', () => {
    fc.assert(
      fc.property(members, (all) => {
        const decisions = match(all);
        const rows = decisions.flatMap((decision) => {
          if (decision.action === 'joined') return [];
          const others = decision.action === 'join' ? decision.others : [];
          return [decision.recordId, ...others];
        });
        expect(rows.toSorted()).toEqual(all.map(({ recordId }) => recordId).toSorted());
        for (const decision of decisions) {
          if (decision.action !== 'joined') continue;
          const lead = decisions.find(({ recordId }) => recordId === decision.by);
          expect(lead).toMatchObject({ action: 'join' });
          expect(lead?.action === 'join' && lead.others).toContain(decision.recordId);
        }
      }),
    );
  });

  it('never joins two of one side, nor by different keys, nor where a third could be meant', () => {
    fc.assert(
      fc.property(members, (all) => {
        for (const decision of match(all)) {
          if (decision.action !== 'join') continue;
          const ids = [decision.recordId, ...decision.others];
          let taken = 0;
          for (const id of ids) {
            expect(taken & takenOf(all, id)).toBe(0);
            taken |= takenOf(all, id);
          }
          const key = all.find(({ recordId }) => recordId === decision.recordId)?.key;
          expect(key).not.toBe('');
          const like = all.filter((one) => one.key === key).map(({ recordId }) => recordId);
          expect(ids.toSorted()).toEqual(like.toSorted());
        }
      }),
    );
  });

  it('is unsure of two records mutually', () => {
    fc.assert(
      fc.property(members, (all) => {
        const decisions = match(all);
        for (const decision of decisions) {
          if (decision.action !== 'review') continue;
          expect(decision.candidates.length).toBeGreaterThan(0);
          for (const id of decision.candidates) {
            const other = decisions.find(({ recordId }) => recordId === id);
            expect(other?.action).toBe('review');
            expect(other?.action === 'review' && other.candidates).toContain(decision.recordId);
          }
        }
      }),
    );
  });

  it('decides the same in any order and on any pages', () => {
    const pages = members.chain((all) =>
      fc.record({
        all: fc.constant(all),
        order: fc.shuffledSubarray(all, { minLength: all.length }),
        size: fc.integer({ min: 1, max: 7 }),
      }),
    );
    fc.assert(
      fc.property(pages, ({ all, order, size }) => {
        const classes = classesOf(all);
        const paged: Decision[] = [];
        for (let start = 0; start < order.length; start += size) {
          const page = order.slice(start, start + size);
          paged.push(...matchRecords({ sides: three, members: page, classes, owed: new Map() }));
        }
        const sorted = (some: Decision[]) =>
          some.toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1));
        expect(sorted(paged)).toEqual(sorted(match(all)));
      }),
    );
  });

  it('makes nothing where it is already, and nothing twice', () => {
    fc.assert(
      fc.property(members, (all) => {
        for (const decision of match(all)) {
          if (decision.action === 'joined' || decision.action === 'nothing') continue;
          const others = decision.action === 'join' ? decision.others : [];
          const taken = [decision.recordId, ...others].reduce((m, id) => m | takenOf(all, id), 0);
          for (const side of three) {
            const isTarget = decision.targets.includes(side.streamId);
            expect(isTarget).toBe((taken & (1 << side.position)) === 0);
          }
        }
      }),
    );
  });
});
