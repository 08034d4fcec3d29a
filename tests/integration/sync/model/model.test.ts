import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  lowering,
  plain,
  type RemoteSwitches,
} from '../../../setup/fake-remote/remote-switches.ts';
import { isLong } from '../../../setup/is-long.ts';
import { type ModelDatabase, openModelDatabase } from './model-database.ts';
import { play } from './play.ts';
import { type Schedule, type Sides, type Step, schedules } from './schedule.ts';

/** Each service more takes as long again. */
const runs: Record<Sides, number> = isLong
  ? { 1: 14_000, 2: 6_000, 3: 2_000 }
  : { 1: 70, 2: 24, 3: 8 };
const mappedRuns: Record<Sides, number> = isLong
  ? { 1: 8_000, 2: 6_000, 3: 2_000 }
  : { 1: 18, 2: 10, 3: 4 };
const length = isLong ? 30 : 12;
const seed = isLong ? {} : { seed: 20_261_121 };
const timeout = isLong ? 12 * 3_600_000 : 300_000;
/** What is left over then is no success; a schedule that broke a promise is told as far as it is shrunk. */
const interruptAfterTimeLimit = timeout - 30_000;

let at: ModelDatabase;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterAll(() => at.close());

const own = (more: Partial<RemoteSwitches>): RemoteSwitches => ({
  ...plain,
  seed: 0,
  pageSize: 1,
  ...more,
});
const labels: Step = { do: 'here', of: 0, field: 'labels', pick: 2 };

/** Schedules that broke a promise once, as small as they were found. */
const found: Record<Sides, Schedule[]> = {
  1: [
    // The service keeps what it had, in its own form, and says so with an answer that is not new.
    {
      sides: [own({ canonical: lowering })],
      steps: [labels, { do: 'stall' }, { do: 'there', side: 0, of: 0, field: 'title', pick: 0 }],
    },
  ],
  2: [
    {
      sides: [own({ canonical: lowering }), own({ name: 'right' })],
      steps: [labels, { do: 'stall' }, { do: 'push', side: 0, dieAt: null }],
    },
    // A poll dies between two pages, and something it has passed by changes in the same second.
    {
      sides: [own({ seed: 216 }), own({ name: 'right', pageSize: 100 })],
      steps: [
        { do: 'poll', side: 0, dieAt: 9 },
        { do: 'there', side: 0, of: 0, field: 'title', pick: 0 },
      ],
    },
  ],
  3: [],
};

/** With a mapping at the last of the services. */
const foundMapped: Record<Sides, Schedule[]> = {
  // What only went there travels both ways from now on, and nobody here had ever given it.
  1: ([1, 2, 3] as const).map((n) => ({
    mapping: 'oneWay',
    sides: [own({ pageSize: n })],
    steps: [{ do: 'rules', side: 0, mapping: 'plain' }],
  })),
  2: [],
  3: [],
};

/** Plays as many schedules as are asked for; says which promise was broken, and what was left over. */
async function playAll(sides: Sides, mapped: 'plain' | 'mapped', numRuns: number) {
  const property = fc.asyncProperty(schedules(sides, length, mapped), async (schedule) => {
    const broken = await play(at, schedule, null);
    if (broken.length > 0) throw new Error(broken.join('; '));
  });
  const known = mapped === 'plain' ? found[sides] : foundMapped[sides];
  const examples = known.map((one): [Schedule] => [one]);
  const played = await fc.check(property, {
    numRuns,
    examples,
    interruptAfterTimeLimit,
    markInterruptAsFailure: true,
    ...seed,
  });
  const said = `${String(played.errorInstance)}\n${fc.defaultReportMessage(played)}`;
  return { played: played.numRuns, promises: played.failed ? said : 'kept' };
}

const counted = (of: Record<Sides, number>) =>
  ([1, 2, 3] as const).map((sides) => [sides, of[sides]] as const);

describe('the engine under every order of events', () => {
  it.each(counted(runs))(
    'keeps its promises with %i services (%i schedules)',
    { timeout },
    async (sides, count) => {
      expect(await playAll(sides, 'plain', count)).toEqual({ played: count, promises: 'kept' });
    },
  );

  it.each(counted(mappedRuns))(
    'keeps its promises with %i services and a mapping that changes (%i schedules)',
    { timeout },
    async (sides, count) => {
      expect(await playAll(sides, 'mapped', count)).toEqual({ played: count, promises: 'kept' });
    },
  );
});
