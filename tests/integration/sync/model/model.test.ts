import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../../setup/is-long.ts';
import { type ModelDatabase, openModelDatabase } from './model-database.ts';
import { play } from './play.ts';
import { type Schedule, schedules } from './schedule.ts';

const runs = isLong ? 10_000 : 60;
const length = isLong ? 30 : 12;
const seed = isLong ? undefined : 20_261_121;
const timeout = isLong ? 12 * 3_600_000 : 120_000;

let at: ModelDatabase;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterAll(() => at.close());

const keepsIn = (sides: 1 | 2) =>
  fc.asyncProperty(schedules(sides, length), async (schedule: Schedule) => {
    const broken = await play(at, schedule, null);
    if (broken.length > 0) throw new Error(broken.join('; '));
  });

describe('the engine under every order of events', () => {
  it.each([1, 2] as const)('keeps its promises with %i services', { timeout }, async (sides) => {
    const played = await fc.check(keepsIn(sides), {
      numRuns: runs,
      ...(seed === undefined ? {} : { seed }),
    });
    const said = `${String(played.errorInstance)}\n${fc.defaultReportMessage(played)}`;
    expect(played.failed ? said : 'kept').toBe('kept');
  });
});
