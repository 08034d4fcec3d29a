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
import { type Schedule, type Step, schedules } from './schedule.ts';

/** Two services take three times as long. */
const runs = isLong ? { 1: 14_000, 2: 6_000 } : { 1: 75, 2: 25 };
const mappedRuns = isLong ? { 1: 8_000, 2: 6_000 } : { 1: 20, 2: 12 };
const length = isLong ? 30 : 12;
const seed = isLong ? undefined : 20_261_121;
const timeout = isLong ? 12 * 3_600_000 : 240_000;
/** On a machine that is busy with other things fewer schedules have to do. */
const interruptAfterTimeLimit = isLong ? 11 * 3_600_000 : 60_000;

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
const found: Record<1 | 2, Schedule[]> = {
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
};

/** With a mapping at the last of the services. */
const foundMapped: Schedule[] = [];

const keepsIn = (sides: 1 | 2, mapped: 'plain' | 'mapped') =>
  fc.asyncProperty(schedules(sides, length, mapped), async (schedule: Schedule) => {
    const broken = await play(at, schedule, null);
    if (broken.length > 0) throw new Error(broken.join('; '));
  });

describe('the engine under every order of events', () => {
  it.each([1, 2] as const)('keeps its promises with %i services', { timeout }, async (sides) => {
    const played = await fc.check(keepsIn(sides, 'plain'), {
      numRuns: runs[sides],
      interruptAfterTimeLimit,
      examples: found[sides].map((schedule): [Schedule] => [schedule]),
      ...(seed === undefined ? {} : { seed }),
    });
    const said = `${String(played.errorInstance)}\n${fc.defaultReportMessage(played)}`;
    expect(played.failed ? said : 'kept').toBe('kept');
  });

  it.each([1, 2] as const)(
    'keeps its promises with %i services and a mapping that changes',
    { timeout },
    async (sides) => {
      const played = await fc.check(keepsIn(sides, 'mapped'), {
        numRuns: mappedRuns[sides],
        interruptAfterTimeLimit,
        examples: foundMapped.map((schedule): [Schedule] => [schedule]),
        ...(seed === undefined ? {} : { seed }),
      });
      const said = `${String(played.errorInstance)}\n${fc.defaultReportMessage(played)}`;
      expect(played.failed ? said : 'kept').toBe('kept');
    },
  );
});
