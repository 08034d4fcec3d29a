import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { HubError, systemClock } from '#lib/core/index';
import { connectionBreakers, createBreaker, postgresBreaker } from '#lib/resilience/index';
import { patience } from '../../setup/patience.ts';
import { makePlace } from './place.ts';

let place: Awaited<ReturnType<typeof makePlace>>;
beforeAll(async () => {
  place = await makePlace(2);
});
afterAll(() => place.close());

const fail = () => Promise.reject(new HubError('provider.timeout', 'No answer.'));
const succeed = () => Promise.resolve('ok');

async function twoWorkers() {
  const at = await place.addConnection();
  const told: string[] = [];
  const breakers = place.pools.map((db, n) =>
    createBreaker({
      store: postgresBreaker(db, connectionBreakers, {
        workspaceId: at.workspaceId,
        ownerId: at.connectionId,
      }),
      clock: systemClock,
      onChange: (before, after) => {
        told.push(`${n}: ${before.state} → ${after.state}`);
        return Promise.resolve();
      },
    }),
  );
  const row = async () => {
    const [found] = await place.admin`
      select state, faults, opens, cause_code, cause, opened_at is not null as is_open
      from public.connection_breakers where connection_id = ${at.connectionId}`;
    return found;
  };
  /** As if the time it rests had passed. */
  const rest = () => place.admin`
    update public.connection_breakers set retry_at = now() where connection_id = ${at.connectionId}`;
  return { one: breakers[0], two: breakers[1], told, row, rest } as {
    one: ReturnType<typeof createBreaker>;
    two: ReturnType<typeof createBreaker>;
  } & { told: string[]; row: typeof row; rest: typeof rest };
}

it('a breaker opens in one worker, refuses in the other, and heals by one try for both', async () => {
  const { one, two, told, row, rest } = await twoWorkers();
  for (let n = 0; n < 5; n += 1) await expect(one.run(fail)).rejects.toThrow('No answer.');
  expect(await row()).toMatchObject({
    state: 'open',
    faults: 5,
    opens: 1,
    cause_code: 'provider.timeout',
    cause: 'No answer.',
    is_open: true,
  });
  const call = vi.fn<() => Promise<string>>(succeed);
  for (const worker of [two, one]) {
    await expect(worker.run(call)).rejects.toMatchObject({
      code: 'provider.unavailable',
      details: { sent: false, breaker: 'open' },
    });
  }
  expect(call).not.toHaveBeenCalled();

  await rest();
  const gate = Promise.withResolvers<string>();
  const tries = [two.run(() => gate.promise), one.run(() => gate.promise)];
  const settled = Promise.allSettled(tries);
  await expect.poll(async () => (await row())?.['state'] as string, patience).toBe('half_open');
  await Promise.race(tries.map((tried) => tried.catch(() => 'refused')));
  gate.resolve('ok');
  const outcomes = (await settled).map((outcome) => outcome.status).toSorted();
  expect(outcomes).toEqual(['fulfilled', 'rejected']);
  expect(await row()).toMatchObject({ state: 'closed', faults: 0, opens: 0, is_open: false });
  expect(await Promise.all([one.run(succeed), two.run(succeed)])).toEqual(['ok', 'ok']);
  expect(told[0]).toBe('0: closed → open');
  expect(told.map((line) => line.slice(3))).toEqual([
    'closed → open',
    'open → half_open',
    'half_open → closed',
  ]);
});

it('opens by the faults of both, which a success of either ends', async () => {
  const { one, two, row } = await twoWorkers();
  for (const worker of [one, two, one, two]) await expect(worker.run(fail)).rejects.toThrow('No');
  expect(await row()).toMatchObject({ state: 'closed', faults: 4 });
  await two.run(succeed);
  expect(await row()).toMatchObject({ state: 'closed', faults: 0 });
  for (const worker of [one, two, one, two, one]) {
    await expect(worker.run(fail)).rejects.toThrow('No');
  }
  expect(await row()).toMatchObject({ state: 'open' });
});

it('a try that died is followed by another', async () => {
  const { one, two, row, rest } = await twoWorkers();
  for (let n = 0; n < 5; n += 1) await expect(one.run(fail)).rejects.toThrow('No');
  await rest();
  void one.run(() => new Promise(() => undefined));
  await expect.poll(async () => (await row())?.['state'] as string, patience).toBe('half_open');
  await expect(two.run(succeed)).rejects.toMatchObject({ details: { breaker: 'open' } });
  await place.admin`update public.connection_breakers set probe_until = now() where state = 'half_open'`;
  expect(await two.run(succeed)).toBe('ok');
  expect(await row()).toMatchObject({ state: 'closed' });
});
