import { afterAll, beforeAll, expect, it } from 'vitest';
import { extendRun } from '../../../lib/sync/run-work-store.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());

it('does not hold a run that was given back when a beat comes late', async () => {
  const { admin, worker, runId } = world;
  await admin`update public.runs set status = 'running', epoch = 3, lease_until = now() + interval '1 second'
    where id = ${runId}`;
  expect(await extendRun(worker, runId, 2, 60_000)).toBe(false);
  expect(await extendRun(worker, runId, 3, 60_000)).toBe(true);
  await admin`update public.runs set lease_until = null, next_attempt_at = now() where id = ${runId}`;
  expect(await extendRun(worker, runId, 3, 60_000)).toBe(false);
  const [run] = await admin`select lease_until, next_attempt_at <= now() as is_due
    from public.runs where id = ${runId}`;
  expect(run).toEqual({ lease_until: null, is_due: true });
});
