import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { attemptsMax, deliveryLimits, type OwedDelivery } from '#lib/delivery/index';
import { isLong } from '../../setup/is-long.ts';
import { patience } from '../../setup/patience.ts';
import { Mortal } from '../sagas/mortal.ts';
import { makeMember } from '../sync/world.ts';
import {
  commitChanges,
  drain,
  fanOutAll,
  letTimePass,
  makeWorld,
  Receiver,
  startWorker,
  subscribe,
  type World,
} from './delivery-world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.admin`delete from public.subscriptions where kind <> 'analytics'`);

const statuses = async (id: string): Promise<Record<string, number>> => {
  const rows = await world.admin<{ status: string; n: number }[]>`
    select status, count(*)::int as n from public.deliveries where subscription_id = ${id} group by status`;
  return Object.fromEntries(rows.map((row) => [row.status, row.n]));
};
const oneOf = async (id: string) => {
  const [row] = await world.admin`
    select status, attempts, attempt_log, next_attempt_at, ended_at from public.deliveries
    where subscription_id = ${id} order by position limit 1`;
  return row;
};
/** Versions heard of each record, repeats of one delivery left out. */
function versionsHeard(heard: readonly OwedDelivery[]): Map<string, number[]> {
  const seen = new Set<string>();
  const versions = new Map<string, number[]>();
  for (const delivery of heard) {
    if (seen.has(delivery.id)) continue;
    seen.add(delivery.id);
    versions.set(delivery.recordId, [...(versions.get(delivery.recordId) ?? []), delivery.version]);
  }
  return versions;
}

describe('delivering', () => {
  it('sends what is owed once, with the change and the attempt written down', async () => {
    const { workspaceId } = await makeMember(world.admin, 'plain');
    const id = await subscribe(world, { workspaceId });
    await commitChanges(world.admin, workspaceId, [
      { recordId: newId(), diff: { state: ['open', 'done'] } },
    ]);
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    await drain(startWorker(world.worker, receiver));
    expect(receiver.heard).toMatchObject([
      { position: 1, attempt: 1, title: 'A task', diff: { state: ['open', 'done'] } },
    ]);
    expect(await oneOf(id)).toMatchObject({
      status: 'delivered',
      attempts: 1,
      attempt_log: [{ outcome: 'delivered', status: 200 }],
    });
    const [row] = await world.admin`
      select due_at, delivered_count::int, failing_since from public.subscriptions where id = ${id}`;
    expect(row).toEqual({ due_at: null, delivered_count: 1, failing_since: null });
  });

  it('tries again by the schedule, then gives up and lets the record go on', async () => {
    const { workspaceId } = await makeMember(world.admin, 'giving-up');
    const id = await subscribe(world, { workspaceId });
    const recordId = newId();
    await commitChanges(world.admin, workspaceId, [
      { recordId, version: 1 },
      { recordId, version: 2 },
    ]);
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    receiver.answer = ({ version }) =>
      version === 1
        ? { type: 'retry', code: 'http.500', reason: 'It answered 500.', status: 500 }
        : { type: 'delivered' };
    const worker = startWorker(world.worker, receiver);
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      await drain(worker);
      expect(receiver.heard).toHaveLength(attempt + (attempt === attemptsMax ? 1 : 0));
      await letTimePass(world);
    }
    expect(await statuses(id)).toEqual({ dead: 1, delivered: 1 });
    expect(await oneOf(id)).toMatchObject({ status: 'dead', attempts: attemptsMax });
    expect(new Set(receiver.heard.map((one) => one.id)).size).toBe(2);
  });

  it('holds back only the record of a delivery that fails', async () => {
    const { workspaceId } = await makeMember(world.admin, 'poison');
    const id = await subscribe(world, { workspaceId });
    const [poison, ...others] = [newId(), newId(), newId(), newId()];
    const changes = [1, 2, 3].flatMap((version) =>
      [poison ?? '', ...others].map((recordId) => ({ recordId, version })),
    );
    await commitChanges(world.admin, workspaceId, changes);
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    receiver.answer = ({ recordId }) =>
      recordId === poison
        ? { type: 'retry', code: 'http.500', reason: 'It answered 500.' }
        : { type: 'delivered' };
    await drain(startWorker(world.worker, receiver));
    expect(await statuses(id)).toEqual({ failed: 1, pending: 2, delivered: 9 });
    for (const other of others) expect(versionsHeard(receiver.heard).get(other)).toEqual([1, 2, 3]);
    expect(versionsHeard(receiver.heard).get(poison ?? '')).toEqual([1]);
  });

  it('does not count what a breaker held back, and gives up at once what is refused', async () => {
    const { workspaceId } = await makeMember(world.admin, 'held');
    const id = await subscribe(world, { workspaceId });
    await commitChanges(world.admin, workspaceId, [{ recordId: newId() }]);
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    receiver.answer = () => ({
      type: 'held',
      afterMs: 60_000,
      code: 'breaker.open',
      reason: 'Open.',
    });
    const worker = startWorker(world.worker, receiver);
    await drain(worker);
    await letTimePass(world);
    await drain(worker);
    const held = await oneOf(id);
    expect(held).toMatchObject({ status: 'pending', attempts: 0 });
    expect(held?.['attempt_log']).toHaveLength(1);
    await letTimePass(world);
    receiver.answer = () => ({ type: 'refused', code: 'http.400', reason: 'It answered 400.' });
    await drain(worker);
    expect(await oneOf(id)).toMatchObject({ status: 'dead', attempts: 1 });
  });

  it('disables the subscription when the destination says that it is gone', async () => {
    const { workspaceId } = await makeMember(world.admin, 'gone');
    const id = await subscribe(world, { workspaceId });
    await commitChanges(world.admin, workspaceId, [{ recordId: newId() }, { recordId: newId() }]);
    await fanOutAll(world.worker);
    const receiver = new Receiver();
    receiver.answer = () => ({
      type: 'gone',
      code: 'http.410',
      reason: 'It answered 410.',
      status: 410,
    });
    await drain(startWorker(world.worker, receiver));
    const [row] =
      await world.admin`select status, status_code from public.subscriptions where id = ${id}`;
    expect(row).toEqual({ status: 'disabled', status_code: 'http.410' });
    await commitChanges(world.admin, workspaceId, [{ recordId: newId() }]);
    await fanOutAll(world.worker);
    const [after] =
      await world.admin`select cursor::int from public.subscriptions where id = ${id}`;
    expect(after?.['cursor']).toBe(2);
  });

  it('keeps to the rate and the number at once of a subscription', async () => {
    const { workspaceId } = await makeMember(world.admin, 'limits');
    const id = await subscribe(world, { workspaceId, inFlight: 3, perSecond: 5 });
    await commitChanges(
      world.admin,
      workspaceId,
      Array.from({ length: 20 }, () => ({ recordId: newId() })),
    );
    await fanOutAll(world.worker);
    // The clock of its rate stands still: nothing is filled up while the test looks.
    await world.admin`update public.subscriptions set tokens = 5, filled_at = now() + interval '1 hour' where id = ${id}`;
    const receiver = new Receiver();
    const waiting: (() => void)[] = [];
    receiver.answer = () =>
      new Promise((resolve) => waiting.push(() => resolve({ type: 'delivered' })));
    const worker = startWorker(world.worker, receiver);
    await worker.sweep();
    expect(receiver.heard).toHaveLength(3);
    expect(await worker.sweep()).toBe(0);
    for (const answer of waiting.splice(0)) answer();
    await expect.poll(() => worker.inFlight(), patience).toBe(0);
    await world.admin`update public.subscriptions set filled_at = now() + interval '1 hour' where id = ${id}`;
    await worker.sweep();
    expect(receiver.heard).toHaveLength(5);
    for (const answer of waiting.splice(0)) answer();
    await expect.poll(() => worker.inFlight(), patience).toBe(0);
  });
});

describe('several workers that die', () => {
  it('keep the order of each record and lose none', async () => {
    const { workspaceId } = await makeMember(world.admin, 'kills');
    const id = await subscribe(world, { workspaceId });
    const records = Array.from({ length: 6 }, () => newId());
    const versions = isLong ? 40 : 6;
    const receiver = new Receiver();
    // Another one of the same record must not be under way.
    const underWay = new Set<string>();
    const overlaps: string[] = [];
    receiver.answer = async (delivery) => {
      const key = `${delivery.recordId}`;
      if (underWay.has(key)) overlaps.push(key);
      underWay.add(key);
      await new Promise((resolve) => setImmediate(resolve));
      underWay.delete(key);
      return Math.random() < 0.2
        ? { type: 'retry', code: 'http.503', reason: 'Busy.', afterMs: 1 }
        : { type: 'delivered' };
    };
    for (let version = 1; version <= versions; version += 1) {
      await commitChanges(
        world.admin,
        workspaceId,
        records.map((recordId) => ({ recordId, version })),
      );
      await fanOutAll(world.worker);
      const lives = [5, 17, 40].map(
        (breaths) => new Mortal(breaths + Math.floor(Math.random() * 30)),
      );
      await Promise.all(
        lives.map(async (mortal) => {
          const worker = startWorker(mortal.db(world.worker), receiver);
          await worker.sweep().catch(() => 0);
          await expect.poll(() => worker.inFlight(), patience).toBe(0);
        }),
      );
      await letTimePass(world);
    }
    const survivor = startWorker(world.worker, receiver);
    await expect
      .poll(async () => {
        await drain(survivor);
        await letTimePass(world);
        const left = await statuses(id);
        return Object.keys(left).filter((status) => status !== 'delivered' && status !== 'dead');
      }, patience)
      .toEqual([]);
    expect(overlaps).toEqual([]);
    const all = Array.from({ length: versions }, (_, index) => index + 1);
    const heard = versionsHeard(receiver.heard);
    for (const recordId of records) expect(heard.get(recordId)).toEqual(all);
  });
});

describe('fairness', () => {
  it('gives a small workspace its turn beside one that owes very many', async () => {
    const big = await makeMember(world.admin, 'big');
    const small = await makeMember(world.admin, 'small');
    const owed = isLong ? 100_000 : 3_000;
    const [many, few] = [
      await subscribe(world, { workspaceId: big.workspaceId }),
      await subscribe(world, { workspaceId: small.workspaceId }),
    ];
    await world.admin`
      insert into public.deliveries (id, workspace_id, subscription_id, position, record_id, kind, op, version,
        origin, changed_at, next_attempt_at)
      select gen_random_uuid(), ${big.workspaceId}, ${many}, 0, gen_random_uuid(), 'task', 'update', 1, 'hub', now(),
        now() from generate_series(1, ${owed}::int) n`;
    await world.admin`update public.subscriptions set due_at = now() where id = ${many}`;
    const receiver = new Receiver();
    const worker = startWorker(world.worker, receiver);
    const settled = Math.min(owed, 1_500);
    while (receiver.heard.length < settled / 2) await worker.sweep();
    const before = receiver.heard.length;
    await commitChanges(
      world.admin,
      small.workspaceId,
      Array.from({ length: 5 }, () => ({ recordId: newId() })),
    );
    await fanOutAll(world.worker);
    const mine = (): number => receiver.heard.filter((one) => one.subscriptionId === few).length;
    while (mine() < 5) await worker.sweep();
    // The other one has one turn before, and what was taken while the changes were committed.
    const last = receiver.heard.findLastIndex((one) => one.subscriptionId === few);
    expect(last - before).toBeLessThanOrEqual(5 + 2 * deliveryLimits.takeAtOnce);
    await worker.stop({ drainMs: 5_000 });
  });

  it('leaves places for others while destinations do not answer', async () => {
    const dead = await makeMember(world.admin, 'dead');
    const alive = await makeMember(world.admin, 'alive');
    const gone = new Set<string>();
    for (let n = 0; n < 6; n += 1) {
      const id = await subscribe(world, { workspaceId: dead.workspaceId, inFlight: 32 });
      gone.add(id);
    }
    const mine = await subscribe(world, { workspaceId: alive.workspaceId });
    const receiver = new Receiver();
    const stuck: (() => void)[] = [];
    receiver.answer = ({ subscriptionId }) =>
      gone.has(subscriptionId)
        ? new Promise((resolve) =>
            stuck.push(() => resolve({ type: 'retry', code: 'timeout', reason: 'Late.' })),
          )
        : { type: 'delivered' };
    await commitChanges(
      world.admin,
      dead.workspaceId,
      Array.from({ length: 60 }, () => ({ recordId: newId() })),
    );
    await fanOutAll(world.worker);
    const worker = startWorker(world.worker, receiver);
    await worker.sweep();
    expect(stuck.length).toBe(deliveryLimits.slotsOfWorkspace);
    await commitChanges(world.admin, alive.workspaceId, [{ recordId: newId() }]);
    await fanOutAll(world.worker);
    await worker.sweep();
    await expect.poll(() => statuses(mine), patience).toEqual({ delivered: 1 });
    for (const answer of stuck) answer();
    await expect.poll(() => worker.inFlight(), patience).toBe(0);
    await worker.stop({ drainMs: 1_000 });
  });
});
