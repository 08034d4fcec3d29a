import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plain } from '../../../setup/fake-remote/remote-switches.ts';
import { isLong } from '../../../setup/is-long.ts';
import { type BugName, bugs } from './bugs.ts';
import { mappingBugs } from './mapping-bugs.ts';
import type { MappingName } from './mappings.ts';
import { type ModelDatabase, openModelDatabase } from './model-database.ts';
import { play } from './play.ts';
import { type Schedule, type Step, schedules } from './schedule.ts';

let at: ModelDatabase;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterAll(() => at.close());

const here = (of: number, field: 'title' | 'body' = 'title'): Step => ({
  do: 'here',
  of,
  field,
  pick: 0,
});
const there = (of: number, field: 'title' | 'body' = 'title'): Step => ({
  do: 'there',
  side: 0,
  of,
  field,
  pick: 0,
});
const hook = (pick: number, mode: 'once' | 'twice' | 'never' = 'once'): Step => ({
  do: 'hook',
  side: 0,
  pick,
  mode,
});
const push: Step = { do: 'push', side: 0, dieAt: null };
const poll = (dieAt: number | null): Step => ({ do: 'poll', side: 0, dieAt });
const one = (steps: Step[], more: Partial<typeof plain> = {}): Schedule => ({
  sides: [{ ...plain, ...more }],
  steps,
});

const mapped = (mapping: MappingName, steps: Step[]): Schedule => ({ ...one(steps), mapping });

/** A short schedule that tells each planted fault from the engine, and the promise it breaks. */
const pinned: Record<BugName, { breaks: RegExp; schedule: Schedule }> = {
  noRankGuard: {
    breaks: /^P4|^P1/,
    schedule: one([there(0), there(0), hook(1), hook(0)], { ordered: true }),
  },
  resurrect: {
    breaks: /after its end/,
    // Its end is found by a sweep, and an edit from before it arrives after it.
    schedule: one(
      [
        there(0),
        { do: 'remove', side: 0, of: 0 },
        hook(1, 'never'),
        { do: 'sweep', side: 0 },
        hook(0),
      ],
      { ordered: true },
    ),
  },
  noIntent: { breaks: /no row spoke of/, schedule: one([here(0), push]) },
  noFence: { breaks: /was taken over/, schedule: one([here(0), { do: 'stall' }]) },
  cursorBeforeCommit: {
    breaks: /^P1 .* by polls alone/,
    // The worker dies with the page in its hands.
    schedule: one([there(0), hook(0, 'never'), poll(4)], { tokens: true, ordered: true }),
  },
  outboxById: { breaks: /^P1|^P3/, schedule: one([here(2), push, here(0), push]) },
  deleteOnPartialSweep: {
    breaks: /is gone here only/,
    schedule: one(
      [
        { do: 'fault', side: 0, fault: { on: 'backfill', kind: 'before' } },
        { do: 'sweep', side: 0 },
      ],
      { pageSize: 1, tokens: true, ordered: true },
    ),
  },
  echoByTime: {
    breaks: /^P1 .* by polls alone/,
    schedule: one([here(0), push, there(0), hook(1), poll(null)], { tokens: true, ordered: true }),
  },
  leftIsGone: {
    breaks: /moved out of sight/,
    schedule: one([
      { do: 'move', side: 0, of: 0 },
      { do: 'sweep', side: 0 },
    ]),
  },
  oldIdStays: {
    breaks: /under an id of before/,
    schedule: one([
      { do: 'rename', side: 0, of: 0 },
      { do: 'sweep', side: 0 },
    ]),
  },
  baseInRecordTerms: {
    breaks: /which nobody had changed here/,
    schedule: mapped('crossed', [there(0), hook(0)]),
  },
  outNotEnforced: {
    breaks: /^P2 the last body/,
    schedule: mapped('oneWay', [here(0, 'body'), push, there(0, 'body'), hook(1)]),
  },
  mappedTwice: { breaks: /^P1 left 1 title/, schedule: mapped('worded', [here(0), push]) },
  policyIgnored: {
    breaks: /though a rule decides/,
    schedule: mapped('narrow', [here(0), there(0), hook(0)]),
  },
  rulesNotLookedInto: {
    breaks: /^P2 the last body/,
    // Both sides have a text of their own while it does not travel.
    schedule: mapped('narrow', [
      here(0, 'body'),
      there(0, 'body'),
      hook(0),
      { do: 'rules', side: 0, mapping: 'plain' },
    ]),
  },
};

const names = Object.keys(bugs) as BugName[];

describe('the test of the engine', () => {
  it.each(names)('catches %s by its pinned schedule', async (name) => {
    const { schedule, breaks } = pinned[name];
    expect(await play(at, schedule, null)).toEqual([]);
    expect(await play(at, schedule, name)).toContainEqual(expect.stringMatching(breaks));
  });

  it.each(isLong ? names : [])('finds %s by itself', { timeout: 3_600_000 }, async (name) => {
    const isMapped = name in mappingBugs ? 'mapped' : 'plain';
    const property = fc.asyncProperty(schedules(1, 30, isMapped), async (schedule) => {
      if ((await play(at, schedule, name)).length > 0) throw new Error('caught');
    });
    const found = await fc.check(property, { numRuns: 2_000, endOnFailure: true });
    expect(found.failed, `${name} survived`).toBe(true);
  });
});
