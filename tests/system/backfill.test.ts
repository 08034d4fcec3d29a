import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '#lib/sync/schema';
import { closeCase, type HubCase, openCase, untilEqual } from './hub-case.ts';
import { inconsistencies, linkedIds, openDatabase } from './inside.ts';
import { type Kept, repo } from './person.ts';
import { eventually, isAlive, until } from './waiting.ts';

const kills = 5;
/** Each page then takes so long that the worker is met in the middle of the reading. */
const pageDelayMs = 1_200;

describe('reading 520 issues while the worker is killed five times', () => {
  let world: HubCase;
  let kept: Kept;
  let sql: postgres.Sql;
  const progress: Pick<Run, 'status' | 'done'>[] = [];

  beforeAll(async () => {
    world = await openCase();
    sql = await openDatabase(world.hub.stateDir);
  });
  afterAll(async () => {
    await sql.end();
    await closeCase(world);
  });

  it('kills it each time the run has moved on', async () => {
    const { hub, sandbox, person } = world;
    await sandbox.setFaults({
      requests: [
        {
          method: 'GET',
          path: `/repos/${repo}/issues`,
          times: null,
          effect: { kind: 'latency', ms: pageDelayMs },
        },
      ],
    });
    kept = await person.keepInStep();
    for (let count = 0; count < kills; count += 1) {
      const before = progress.at(-1)?.done ?? -1;
      const run = await eventually(
        `the run has moved on from ${before}`,
        async () => (await person.runs(kept.streamId)).find(({ done }) => done > before),
        60_000,
      );
      progress.push({ status: run.status, done: run.done });
      const pid = hub.runtime().pids['worker'] ?? 0;
      process.kill(pid, 'SIGKILL');
      await until('the worker is gone', () => !isAlive(pid));
      await until('another worker runs', () => hub.runtime().pids['worker'] !== pid);
    }
    expect(progress.filter(({ status }) => status === 'completed')).toEqual([]);
  }, 180_000);

  it('has every issue once, equal to GitHub field by field', async () => {
    await world.sandbox.clearFaults();
    await world.person.untilLive(kept, 120_000);
    await untilEqual(world);
    const issues = await world.sandbox.issues(repo);
    expect(issues).toHaveLength(520);
    expect((await linkedIds(sql)).sort()).toEqual(issues.map(({ id }) => String(id)).sort());
    expect(await inconsistencies(sql)).toEqual([]);
  }, 180_000);

  it('tells the run as one, complete and counted once', async () => {
    const runs = (await world.person.runs(kept.streamId)).filter(({ kind }) => kind === 'backfill');
    expect(runs).toMatchObject([{ status: 'completed', done: 520, created: 520 }]);
  });
});
