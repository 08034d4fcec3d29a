import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { attemptsMax } from '#lib/delivery/index';
import { patience } from '../../setup/patience.ts';
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
const oneOf = async (id: string) => {
  const [row] = await world.admin`
    select status, attempts, attempt_log, next_attempt_at, ended_at from public.deliveries
    where subscription_id = ${id} order by position limit 1`;
  return row;
};
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

  it('comes to rest when it is looked at and owes nothing', async () => {
    const { workspaceId } = await makeMember(world.admin, 'resumed');
    const id = await subscribe(world, { workspaceId });
    // As letting it go on does, and passing over its last delivery.
    await world.admin`update public.subscriptions set due_at = now() where id = ${id}`;
    await drain(startWorker(world.worker, new Receiver()));
    const [row] = await world.admin`select due_at from public.subscriptions where id = ${id}`;
    expect(row).toEqual({ due_at: null });
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
