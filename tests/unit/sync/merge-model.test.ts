import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/core/index';
import { isLong } from '../../setup/is-long.ts';
import { play, type Schedule, type Step, schedules } from './merge-schedule.ts';
import { type Mutant, mutants } from './reference-engine.ts';

const runs = isLong ? 1_000_000 : 25_000;
/** A planted fault that no schedule among these finds fails the test. */
const huntRuns = 30_000;
const seed = 20_261_120;

const edit = (patch: JsonObject): Step => ({ do: 'edit', patch });
const elsewhere = (patch: JsonObject): Step => ({
  do: 'elsewhere',
  patch,
});
const push = (fault: Extract<Step, { do: 'push' }>['fault'] = 'none'): Step => ({
  do: 'push',
  fault,
});
const webhook: Step = { do: 'webhook', pick: 0, isDuplicate: false };

/** The smallest schedules that told a planted fault from the merge, as they were found. */
const pinned: Record<Mutant, { breaks: RegExp; schedule: Schedule }> = {
  noRankGuard: {
    breaks: /^P4/,
    schedule: { ticksPerRank: 1, steps: [elsewhere({ comments: 1 }), edit({ title: 'C' })] },
  },
  tieApplies: {
    breaks: /^P4/,
    schedule: {
      ticksPerRank: 2,
      steps: [
        elsewhere({ state: 'cancelled' }),
        elsewhere({ title: 'C' }),
        push(),
        edit({ title: 'a' }),
      ],
    },
  },
  noAdopt: {
    breaks: /^P3 the hub never stops/,
    schedule: { ticksPerRank: 1, steps: [edit({ title: 'C' })] },
  },
  noEcho: {
    breaks: /^P3 the hub never stops/,
    schedule: { ticksPerRank: 1, steps: [edit({ labels: ['New'] })] },
  },
  baseIsMerge: {
    breaks: /^P1/,
    schedule: {
      ticksPerRank: 1,
      steps: [edit({ state: 'done' }), push(), edit({ title: 'C' })],
    },
  },
  dropUnknown: {
    breaks: /^P5/,
    schedule: { ticksPerRank: 1, steps: [edit({ state: 'done' })] },
  },
  fullPut: {
    breaks: /^P3 .* was not to be sent/,
    schedule: {
      ticksPerRank: 1,
      steps: [
        edit({ title: 'b' }),
        elsewhere({ title: 'C' }),
        edit({ state: 'done' }),
        webhook,
        push(),
      ],
    },
  },
  pushHeld: {
    breaks: /^P6/,
    schedule: { ticksPerRank: 1, steps: [edit({ title: 'C' }), push('crash')] },
  },
  setTakesRemote: {
    breaks: /^P2/,
    schedule: {
      ticksPerRank: 1,
      steps: [edit({ labels: [] }), elsewhere({ state: 'cancelled' })],
    },
  },
  setForgetsRemovals: {
    breaks: /^P2/,
    schedule: { ticksPerRank: 1, steps: [elsewhere({ labels: [] })] },
  },
  conflictsUnlogged: {
    breaks: /^P2/,
    schedule: { ticksPerRank: 1, steps: [edit({ title: 'C' }), push(), webhook] },
  },
};

const property = (mutant: Mutant | null) =>
  fc.property(schedules, (schedule) => {
    const broken = play(schedule, mutant);
    if (broken.length > 0) throw new Error(broken.join('; '));
  });

describe('the merge under every order of events', () => {
  it(`keeps its promises in ${runs.toLocaleString('en')} schedules`, {
    timeout: isLong ? 3_600_000 : 120_000,
  }, () => {
    const played = fc.check(property(null), {
      numRuns: runs,
      seed,
      examples: Object.values(pinned).map(({ schedule }): [Schedule] => [schedule]),
    });
    expect(fc.defaultReportMessage(played) ?? 'kept').toBe('kept');
  });

  it.each(mutants)('catches the planted fault %s', { timeout: 120_000 }, (mutant) => {
    const found = fc.check(property(mutant), { numRuns: huntRuns, seed });
    expect(found.failed, `${mutant} survived ${huntRuns} schedules`).toBe(true);
  });

  it.each(mutants)('catches %s by its pinned schedule', (mutant) => {
    const { schedule, breaks } = pinned[mutant];
    expect(play(schedule, null)).toEqual([]);
    expect(play(schedule, mutant)).toContainEqual(expect.stringMatching(breaks));
  });
});
