import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import { leavesWithParent } from '../../setup/leaves-with-parent.ts';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

/** A process that does what is due, and dies at a place; how it ended. */
function run(dieNth: number): Promise<string> {
  const script = join(import.meta.dirname, 'plan-kill', 'plan-process.ts');
  const child = spawn(
    process.execPath,
    [...leavesWithParent, '--conditions=react-server', script],
    {
      env: {
        ...process.env,
        DATABASE_URL_WORKER: at.flows.world.database.workerUrl,
        DIE_NTH: String(dieNth),
      },
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? String(code)));
  });
}

const perSide = isLong ? 200 : 40;
const task = (title: string, body: string) => ({ title, body, state: 'open' });

it('a worker that is killed again and again carries out each row once', {
  timeout: isLong ? 1_800_000 : 60_000,
}, async () => {
  const { flowId, sides } = await at.flow(
    Array.from({ length: perSide }, (_, n) => task(`task ${n}`, 'left')),
    Array.from({ length: perSide }, (_, n) => task(`task ${n + perSide / 2}`, 'right')),
  );
  const plan = await at.planned(flowId);
  expect(plan.counts).toMatchObject({ joins: perSide / 2, creates: perSide });
  await at.enable(plan.id);
  const ends: string[] = [];
  // Each gets a little further than to take the plan and look for what is new.
  for (let nth = isLong ? 1 : 7; ends.at(-1) !== '0'; nth += isLong ? 1 : 5) {
    ends.push(await run(nth));
    await at.letTimePass();
  }
  expect(ends.slice(0, -1).every((end) => end === 'SIGKILL')).toBe(true);
  expect(ends.length).toBeGreaterThan(1);
  const total = (3 * perSide) / 2;
  expect(await at.get(plan.id)).toMatchObject({
    status: 'done',
    done: total,
    total,
    skipped: 0,
    failed: 0,
  });
  expect(await at.truth(sides)).toEqual({
    living: total,
    joined: perSide / 2,
    owed: perSide,
    dirty: 0,
    asked: perSide / 2,
  });
  const [told] = await at.admin<{ ends: number; lines: number }[]>`
    select count(*) filter (where op = 'delete')::int as ends, count(*)::int as lines
    from public.change_log where workspace_id = ${at.workspaceId}`;
  expect(told).toEqual({ ends: perSide / 2, lines: perSide });
});
