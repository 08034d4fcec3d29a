import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { listLookup } from '#lib/connections/index';
import { createSubscription } from '#lib/delivery/index';
import { subscriptionInputSchema } from '#lib/delivery/schema';
import { patience } from '../../setup/patience.ts';
import type { SandboxWorld } from './sandbox-world.ts';

/** What the form offers to post to, in its order. */
export async function namedChannels(
  { web, member, workspaceId }: SandboxWorld,
  connectionId: string,
) {
  const at = { workspaceId, connectionId, name: 'channels', scopeKey: null };
  const { data } = await listLookup(web, member, at);
  return data.map(({ name, detail }) => [name, detail]);
}

/** A channel is told of tasks. */
export function subscribeChannel(
  world: SandboxWorld,
  { connectionId, channel, template }: { connectionId: string; channel: string; template: string },
) {
  const { member, workspaceId } = world;
  return world.asMember((tx) =>
    createSubscription(
      tx,
      { userId: member.userId, sealKey: world.web.sealKey },
      {
        workspaceId,
        input: subscriptionInputSchema.parse({
          kind: 'slack',
          name: 'News',
          config: { connection_id: connectionId, channel, channel_name: '#general', template },
          filter: { kinds: ['task'] },
        }),
      },
    ),
  );
}

/** A task was made whose title is one thing now, and was said to be another. */
export async function tellOfTask(
  { admin, workspaceId }: SandboxWorld,
  title: string,
  said: string,
): Promise<void> {
  const recordId = randomUUID();
  await admin.begin(async (tx) => {
    await tx`insert into public.records (id, workspace_id, kind, data)
      values (${recordId}, ${workspaceId}, 'task', ${tx.json({ title })})`;
    await tx`insert into public.change_log (workspace_id, record_id, kind, version, op, origin, fields, diff)
      values (${workspaceId}, ${recordId}, 'task', 1, 'create', 'hub', '{title}',
        ${tx.json({ title: [null, said] })})`;
  });
}

/** As if nobody had heard the end of it: the channel is read before anything is said again. */
export async function deliverAgain({ admin }: SandboxWorld, subscriptionId: string): Promise<void> {
  const reopened = () => admin`
    update public.deliveries set status = 'pending', ended_at = null, next_attempt_at = now()
    where subscription_id = ${subscriptionId} and status = 'delivered' returning id`;
  await expect.poll(reopened, patience).toHaveLength(1);
  await admin`update public.subscriptions set due_at = now() where id = ${subscriptionId}`;
  const now = () => admin`
    select status, attempts from public.deliveries where subscription_id = ${subscriptionId}`;
  await expect.poll(now, patience).toMatchObject([{ status: 'delivered', attempts: 2 }]);
}
