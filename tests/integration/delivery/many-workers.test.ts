import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { deliveryLimits } from '#lib/delivery/index';
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
  statusesOf,
  subscribe,
  versionsHeard,
  type World,
} from './delivery-world.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => world.close());
beforeEach(() => world.admin`delete from public.subscriptions where kind <> 'analytics'`);

const statuses = (id: string) => statusesOf(world, id);

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
        ? { type: 'retry', code: 'http.503', reason: 'Busy.', atOnce: true }
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

describe('a worker that was frozen over a delivery', () => {
  it('changes nothing any more once another one has it', async () => {
    const { workspaceId } = await makeMember(world.admin, 'frozen');
    const id = await subscribe(world, { workspaceId });
    const recordId = newId();
    await commitChanges(world.admin, workspaceId, [
      { recordId, version: 1 },
      { recordId, version: 2 },
    ]);
    await fanOutAll(world.worker);
    const [frozen, awake] = [new Receiver(), new Receiver()];
    const answers = new Map<Receiver, () => void>();
    for (const receiver of [frozen, awake]) {
      receiver.answer = () =>
        new Promise((resolve) => answers.set(receiver, () => resolve({ type: 'delivered' })));
    }
    const [first, second] = [startWorker(world.worker, frozen), startWorker(world.worker, awake)];
    await first.sweep();
    await letTimePass(world);
    await second.sweep();
    expect(awake.heard.map((one) => [one.id, one.attempt])).toEqual([[frozen.heard[0]?.id, 2]]);
    answers.get(frozen)?.();
    await expect.poll(() => first.inFlight(), patience).toBe(0);
    expect(await statusesOf(world, id)).toEqual({ sending: 1, pending: 1 });
    const [next] = await world.admin`
      select next_attempt_at from public.deliveries where subscription_id = ${id} and position = 2`;
    expect(next?.['next_attempt_at']).toBeNull();
    answers.get(awake)?.();
    await expect.poll(() => second.inFlight(), patience).toBe(0);
    expect(await statusesOf(world, id)).toEqual({ delivered: 1, pending: 1 });
  });
});

describe('fairness', () => {
  it('finds the one subscription of a workspace among very many of another', async () => {
    const many = await makeMember(world.admin, 'many');
    const one = await makeMember(world.admin, 'one');
    const receiver = new Receiver();
    const stuck: (() => void)[] = [];
    receiver.answer = ({ workspaceId }) =>
      workspaceId === one.workspaceId
        ? { type: 'delivered' }
        : new Promise((resolve) => stuck.push(() => resolve({ type: 'delivered' })));
    for (let n = 0; n < deliveryLimits.slots; n += 1) {
      await subscribe(world, { workspaceId: many.workspaceId });
    }
    await subscribe(world, { workspaceId: one.workspaceId });
    await commitChanges(
      world.admin,
      many.workspaceId,
      [1, 2, 3].map(() => ({ recordId: newId() })),
    );
    await fanOutAll(world.worker);
    const worker = startWorker(world.worker, receiver);
    await worker.sweep();
    expect(stuck.length).toBe(deliveryLimits.slotsOfWorkspace);
    await commitChanges(world.admin, one.workspaceId, [{ recordId: newId() }]);
    await fanOutAll(world.worker);
    await worker.sweep();
    await expect
      .poll(() => receiver.heard.filter((x) => x.workspaceId === one.workspaceId).length, patience)
      .toBe(1);
    for (const answer of stuck) answer();
    await expect.poll(() => worker.inFlight(), patience).toBe(0);
  });

  it('gives a small workspace its turn beside one that owes very many', async () => {
    const big = await makeMember(world.admin, 'big');
    const small = await makeMember(world.admin, 'small');
    const owed = isLong ? 100_000 : 500;
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
    while (receiver.heard.length < 60) await worker.sweep();
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
