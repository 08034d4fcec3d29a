import { randomBytes } from 'node:crypto';
import { newId } from '#lib/core/index';
import { asUser, connect } from '#lib/db/index';
import { createSubscription } from '#lib/delivery/index';
import { subscriptionInputSchema } from '#lib/delivery/schema';
import { type CrashWorld, seedPlace } from '../../tests/system/crash/crash-world.ts';
import { until } from '../../tests/system/waiting.ts';
import type { Destination } from './destination.ts';
import { issueEvents } from './webhooks.ts';

export interface Owed {
  deliveries: number;
  events: number;
}

const seedAtOnce = 2_500;
const deadlineMs = 300_000;

export const workspaceOf = async (
  { postgres }: CrashWorld,
  endpointId: string,
): Promise<string> => {
  const [row] = await postgres.admin<{ id: string }[]>`
    select workspace_id as id from public.webhook_endpoints where id = ${endpointId}`;
  if (!row) throw new Error('There is no endpoint.');
  return row.id;
};

/** All changes of a workspace, from its first, to a destination. */
export async function subscribe(
  world: CrashWorld,
  workspaceId: string,
  url: string,
): Promise<void> {
  const { admin, urls } = world.postgres;
  const claims = { userId: newId(), sessionId: newId() };
  await admin`insert into public.users (id, email) values (${claims.userId}, ${`${claims.userId}@x.test`})`;
  await admin`
    insert into private.sessions (id, token_hash, user_id, expires_at)
    values (${claims.sessionId}, ${randomBytes(32)}, ${claims.userId}, now() + interval '1 hour')`;
  await admin`
    insert into public.members (workspace_id, user_id, role)
    values (${workspaceId}, ${claims.userId}, 'admin')`;
  const input = subscriptionInputSchema.parse({
    kind: 'webhook',
    name: 'A hook',
    config: { url },
    from: 'beginning',
    max_in_flight: 8,
    per_second: 1_000,
  });
  const deps = { userId: claims.userId, sealKey: world.sealKeys.worker };
  const web = connect({ url: urls.webUrl, name: 'bench-neighbours', max: 1 });
  await asUser(web, claims, (tx) => createSubscription(tx, deps, { workspaceId, input }));
  await web.end();
}

/** Changes nobody has been told of yet, each of another record. */
async function seedChanges(world: CrashWorld, workspaceId: string, changes: number): Promise<void> {
  for (let from = 0; from < changes; from += seedAtOnce) {
    const count = Math.min(seedAtOnce, changes - from);
    const ids = Array.from({ length: count }, () => newId());
    await world.postgres.admin.begin(async (tx) => {
      await tx`
        insert into public.records (id, workspace_id, kind, data)
        select id, ${workspaceId}, 'task', '{"title": "A task", "state": "open"}'
        from unnest(${ids}::uuid[]) as id`;
      await tx`
        insert into public.change_log (workspace_id, record_id, kind, version, op, origin, fields, diff)
        select ${workspaceId}, id, 'task', 1, 'create', 'hub', '{title}', '{"title": [null, "A task"]}'
        from unnest(${ids}::uuid[]) as id`;
    });
  }
}

/** Events as the gateway keeps them, each of another issue. */
async function seedEvents(world: CrashWorld, endpointId: string, count: number): Promise<void> {
  const events = issueEvents(count, 1);
  for (let from = 0; from < events.length; from += seedAtOnce) {
    const part = events.slice(from, from + seedAtOnce);
    await world.postgres.admin`
      insert into public.inbox_events
        (id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id, headers, body, verdict)
      select i.id, e.workspace_id, e.connection_id, e.id, 'github', 'issues', i.delivery_id,
        '{"x-github-event": "issues"}', convert_to(i.body, 'utf8'), 'verified'
      from public.webhook_endpoints e, unnest(${part.map(() => newId())}::uuid[],
        ${part.map(({ deliveryId }) => deliveryId)}::text[], ${part.map(({ body }) => body)}::text[])
        as i (id, delivery_id, body)
      where e.id = ${endpointId}`;
  }
}

/** A neighbour that owes: a queue of events, and a destination that takes everything and answers nothing. */
export async function seedNeighbour(
  world: CrashWorld,
  dead: Destination,
  owed: Owed,
): Promise<string> {
  const place = { secret: 'of nobody', slug: 'neighbour' };
  const endpointId = await seedPlace(world.postgres, world.sealKeys.gateway, place);
  const workspaceId = await workspaceOf(world, endpointId);
  await seedChanges(world, workspaceId, owed.deliveries);
  await subscribe(world, workspaceId, dead.url);
  const deliveries = async () => (await owedBy(world, workspaceId)).deliveries;
  await until(
    'the deliveries are owed',
    async () => (await deliveries()) >= owed.deliveries,
    deadlineMs,
  );
  await seedEvents(world, endpointId, owed.events);
  return workspaceId;
}

export async function owedBy({ postgres }: CrashWorld, workspaceId: string): Promise<Owed> {
  const [row] = await postgres.admin<Owed[]>`
    select (select count(*)::int from public.deliveries
        where workspace_id = ${workspaceId} and ended_at is null) as deliveries,
      (select count(*)::int from public.inbox_events
        where workspace_id = ${workspaceId} and status in ('pending', 'queued', 'failed')) as events`;
  return row ?? { deliveries: 0, events: 0 };
}
