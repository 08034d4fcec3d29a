import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, systemClock } from '#lib/core/index';
import { type DeliveryWork, deliveryWork } from '#lib/hub/worker-delivery';
import { workerBus } from '#lib/hub/worker-events';
import { type Sweeps, startSweeps } from '#lib/queue/index';
import { patience } from '../../setup/patience.ts';
import { makeMember } from '../sync/world.ts';
import {
  commitChanges,
  log,
  makeWorld,
  Receiver,
  subscribe,
  type World,
} from './delivery-world.ts';

let world: World;
let elsewhere: Server;
beforeAll(async () => {
  world = await makeWorld();
  elsewhere = createServer((_request, response) => response.writeHead(204).end());
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise((resolve) => elsewhere.close(resolve));
  await world.close();
});

interface Running {
  sweeps: Sweeps;
  work: DeliveryWork;
}

/** What a worker runs of it, and nothing else. */
function run(receiver: Receiver, sessionUrl: string | undefined): Running {
  const running: { sweeps?: Sweeps } = {};
  const work = deliveryWork({
    db: world.worker,
    clock: systemClock,
    log,
    bus: workerBus(systemClock, log),
    senders: [receiver],
    changeDays: 90,
    poke: (name) => running.sweeps?.poke(name),
  });
  const sweeps = startSweeps({ db: world.worker, sessionUrl, sweeps: work.sweeps, log });
  running.sweeps = sweeps;
  return { sweeps, work };
}

const stop = async ({ sweeps, work }: Running): Promise<void> => {
  await sweeps.stop();
  await work.stop({ drainMs: 5_000 });
};

describe.each(['listen', 'poll'] as const)('a worker that hears by %s', (mode) => {
  it('tells a destination of a change nobody else spoke of', async () => {
    const { workspaceId } = await makeMember(world.admin, `loops-${mode}`);
    const id = await subscribe(world, { workspaceId });
    const receiver = new Receiver();
    const { port } = elsewhere.address() as AddressInfo;
    receiver.answer = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      return { type: 'delivered', status: answer.status };
    };
    const running = run(receiver, mode === 'listen' ? world.database.workerUrl : undefined);
    await expect.poll(() => running.sweeps.mode(), patience).toBe(mode);
    const recordId = newId();
    for (let version = 1; version <= 20; version += 1) {
      await commitChanges(world.admin, workspaceId, [{ recordId, version }]);
    }
    await expect.poll(() => receiver.heard.length, patience).toBe(20);
    expect(receiver.heard.map((one) => one.version)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    await stop(running);
    const [row] = await world.admin`
      select cursor::int, due_at, delivered_count::int from public.subscriptions where id = ${id}`;
    expect(row).toEqual({ cursor: 20, due_at: null, delivered_count: 20 });
  });
});

it('gives back what it broke off, at once and under the same id', async () => {
  const { workspaceId } = await makeMember(world.admin, 'broken-off');
  await subscribe(world, { workspaceId });
  const slow = new Receiver();
  slow.answer = () => new Promise(() => undefined);
  slow.send = (delivery, _destination, signal) => {
    slow.heard.push(delivery);
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('broken off')));
    });
  };
  const first = run(slow, undefined);
  await commitChanges(world.admin, workspaceId, [{ recordId: newId() }]);
  await expect.poll(() => slow.heard.length, patience).toBe(1);
  await first.sweeps.stop();
  await first.work.stop({ drainMs: 0 });
  const quick = new Receiver();
  const second = run(quick, undefined);
  await expect.poll(() => quick.heard.map((one) => one.id), patience).toEqual([slow.heard[0]?.id]);
  await stop(second);
});
