import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lowering } from '../../../setup/fake-remote/remote-switches.ts';
import { isLong } from '../../../setup/is-long.ts';
import { type CreationBug, creationBugs, mayCreateAlways } from './creation-bugs.ts';
import {
  type CreationSchedule,
  type CreationStep,
  creationSchedules,
  playCreations,
} from './creation-play.ts';
import { type ModelDatabase, openModelDatabase } from './model-database.ts';

let at: ModelDatabase;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterAll(() => at.close());

describe('objects of a flow, in any order of events', () => {
  const numRuns = isLong ? 2_000 : 4;
  it(`are one everywhere (${numRuns} schedules)`, { timeout: 7_200_000 }, async () => {
    const property = fc.asyncProperty(creationSchedules(isLong ? 30 : 16), async (schedule) => {
      expect(await playCreations(at, schedule)).toEqual([]);
    });
    await fc.assert(property, { numRuns, ...(isLong ? {} : { seed: 4 }) });
  });
});

const appears: CreationStep = { do: 'new', side: 0, title: 1 };
const told: CreationStep = { do: 'hook', side: 0, pick: 0, mode: 'once' };
const make = (dieAt: number | null = null, isHasty = false): CreationStep => ({
  do: 'make',
  dieAt,
  isHasty,
});
const lost: CreationStep = { do: 'fault', side: 1, fault: { on: 'create', kind: 'after' } };
const unread: CreationStep = { do: 'fault', side: 1, fault: { on: 'findCreated', kind: 'before' } };
const time: CreationStep = { do: 'time' };
const seen: CreationStep = { do: 'hook', side: 1, pick: 0, mode: 'once' };
const plays = (...steps: CreationStep[]): CreationSchedule => ({ sides: [{}, {}], steps });

/** A short schedule that tells each planted fault from the engine, and the promise it breaks. */
const pinned: Record<CreationBug, { breaks: RegExp; schedule: CreationSchedule }> = {
  noIntent: { breaks: /no row spoke of/, schedule: plays(appears, told, make()) },
  noMatch: {
    breaks: /^M/,
    schedule: plays(appears, told, lost, unread, make(), seen, time, make(), time, make()),
  },
  echoes: { breaks: /^M5|^M2/, schedule: plays(appears, told, lost, unread, make(), seen, make()) },
  blindRetry: { breaks: /^M2/, schedule: plays(appears, told, lost, make(), time, make()) },
  forgetsCalls: {
    breaks: /^M2/,
    schedule: plays(appears, told, lost, unread, make(), time, make()),
  },
};
const names = Object.keys(creationBugs) as CreationBug[];

describe('the test of it', () => {
  it.each(names)('catches %s', async (name) => {
    const { schedule, breaks } = pinned[name];
    expect(await playCreations(at, schedule)).toEqual([]);
    const heal = name === 'echoes' ? await mayCreateAlways(at) : null;
    const broken = await playCreations(at, schedule, creationBugs[name]());
    await heal?.();
    expect(broken).toContainEqual(expect.stringMatching(breaks));
  });

  it('knows a service with a form of its own that tells first', async () => {
    const schedule = {
      sides: [{}, { canonical: lowering }],
      steps: [appears, told, make(null, true), time, make()],
    };
    expect(await playCreations(at, schedule)).toEqual([]);
  });
});
