import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { createSubscription } from '#lib/delivery/index';
import { subscriptionInputSchema } from '#lib/delivery/schema';
import { patience } from '../../setup/patience.ts';
import { startWorkerProcess } from '../worker/worker-process.ts';
import { commitChanges, statusesOf } from './delivery-world.ts';
import {
  makeWebhookWorld,
  type Receiver,
  startReceiver,
  type WebhookWorld,
} from './webhook-world.ts';

let world: WebhookWorld;
let receiver: Receiver;
beforeAll(async () => {
  [world, receiver] = await Promise.all([makeWebhookWorld(), startReceiver()]);
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

it('a worker killed in the middle of a call is followed by another: the same id, and it counts once', async () => {
  const { owner, keys } = world;
  const { id, secret } = await asUser(world.web, owner, (tx) =>
    createSubscription(
      tx,
      { userId: owner.userId, sealKey: keys.worker.publicKey },
      {
        workspaceId: owner.workspaceId,
        input: subscriptionInputSchema.parse({
          kind: 'webhook',
          name: 'A hook',
          config: { url: receiver.url },
        }),
      },
    ),
  );
  receiver.answer = (_heard, nth) => (nth === 1 ? null : { status: 200 });
  const doomed = await startWorkerProcess(world.database, keys, {
    OUTGOING_ALLOW: receiver.hostPort,
  });
  await commitChanges(world.admin, owner.workspaceId, [{ recordId: newId() }]);
  await expect.poll(() => receiver.heard.length, patience).toBe(1);
  doomed.kill('SIGKILL');
  await doomed.exited;
  expect(await statusesOf(world, id)).toEqual({ sending: 1 });
  // As if its lease had run out.
  await world.admin`update public.deliveries set lease_until = now() - interval '1 second'`;
  await world.admin`update public.subscriptions set due_at = now() where id = ${id}`;
  await world.startWorker([receiver.hostPort]);
  await expect.poll(() => statusesOf(world, id), patience).toEqual({ delivered: 1 });
  expect(receiver.heard).toHaveLength(2);
  expect(new Set(receiver.heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const [, heard] = receiver.heard;
  expect(() =>
    new Webhook(secret ?? '').verify(heard?.body ?? '', {
      'webhook-id': String(heard?.headers['webhook-id']),
      'webhook-timestamp': String(heard?.headers['webhook-timestamp']),
      'webhook-signature': String(heard?.headers['webhook-signature']),
    }),
  ).not.toThrow();
});
