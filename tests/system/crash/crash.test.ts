import { afterEach, describe, expect, it } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import { type CrashPlan, crashRun } from './crash-run.ts';
import { type CrashWorld, type Door, openCrashWorld } from './crash-world.ts';
import type { mutants } from './mutants.ts';

const plan: CrashPlan = isLong
  ? {
      seed: 20,
      issues: 2_500,
      statesOfEach: 4,
      ingest: { door: 4, postgres: 2 },
      mixed: { door: 6, workers: 25, postgres: 2 },
      drain: { workers: 25, postgres: 1 },
    }
  : {
      seed: 20,
      issues: 500,
      statesOfEach: 6,
      ingest: { door: 2, postgres: 1 },
      mixed: { door: 2, workers: 5, postgres: 1 },
      drain: { workers: 5, postgres: 1 },
    };
/** The same processes behind another door: a short run of it is enough but for the full figures. */
const atRoute: CrashPlan = isLong
  ? plan
  : { ...plan, seed: 21, issues: 200, drain: { workers: 1, postgres: 0 } };
const runMs = isLong ? 900_000 : 240_000;

let world: CrashWorld | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

async function run(door: Door, own: CrashPlan, mutant?: keyof typeof mutants): Promise<string[]> {
  world = await openCrashWorld(door, mutant);
  return crashRun(world, own);
}

describe('webhooks, while processes and PostgreSQL are killed', () => {
  it.each<Door>(['gateway', 'route'])(
    'are neither lost nor taken twice by the %s, and nobody leaves by themselves',
    async (door) => expect(await run(door, door === 'route' ? atRoute : plan)).toEqual([]),
    runMs,
  );
});

describe('a hub with a planted fault is found out:', () => {
  const none = { door: 0, workers: 0, postgres: 0 };
  const small: CrashPlan = {
    seed: 7,
    issues: 300,
    statesOfEach: 2,
    ingest: none,
    mixed: none,
    drain: none,
  };

  it('one that acknowledges before it has stored', async () => {
    const faults = await run(
      'gateway',
      { ...small, ingest: { door: 4, postgres: 0 } },
      'acknowledgesBeforeCommit',
    );
    expect(faults).toContainEqual(expect.stringContaining('acknowledged and is lost'));
  }, 120_000);

  it('one that applies an event without a transaction', async () => {
    const faults = await run(
      'gateway',
      { ...small, drain: { workers: 6, postgres: 0 } },
      'appliesWithoutTransaction',
    );
    expect(faults).toContainEqual(expect.stringContaining('should be at state'));
  }, 120_000);

  it('one whose commits do not wait for the disk', async () => {
    world = await openCrashWorld('gateway');
    await world.postgres.admin`alter role patchbay_web set synchronous_commit = off`;
    const faults = await crashRun(world, {
      ...small,
      issues: 1_200,
      ingest: { door: 0, postgres: 3 },
    });
    expect(faults).toContainEqual(expect.stringContaining('acknowledged and is lost'));
  }, 120_000);

  it('one that does not survive the loss of its connections', async () => {
    const faults = await run(
      'gateway',
      { ...small, issues: 600, drain: { workers: 0, postgres: 4 } },
      'missesDriverFaults',
    );
    expect(faults).toContainEqual(expect.stringContaining('left by itself'));
  }, 120_000);
});
