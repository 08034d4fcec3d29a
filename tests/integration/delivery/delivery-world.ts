import postgres from 'postgres';
import { createEventBus, newId, systemClock } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import {
  type Delivering,
  deliveryEvents,
  fanOut,
  type OwedDelivery,
  type Sender,
  type SendOutcome,
  startDelivering,
} from '#lib/delivery/index';
import type { Filter } from '#lib/delivery/schema';
import { logger } from '#lib/observability/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { type Member, makeMember } from '../sync/world.ts';

export interface World {
  database: TestDatabase;
  admin: postgres.Sql;
  web: Db;
  /** As patchbay_worker. */
  worker: Db;
  owner: Member;
  close(): Promise<void>;
}

export const log = logger('test', 'fatal');

export const bus = createEventBus({
  types: deliveryEvents,
  source: 'test',
  clock: systemClock,
  onFault: (error) => {
    throw error;
  },
});

export async function makeWorld(): Promise<World> {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 6, onnotice: () => undefined });
  const web = connect({ url: database.webUrl, name: 'test web', max: 4 });
  const worker = connect({ url: database.workerUrl, name: 'test worker', max: 8 });
  const owner = await makeMember(admin, 'owner');
  return {
    database,
    admin,
    web,
    worker,
    owner,
    close: async () => {
      await Promise.all([admin.end(), web.end(), worker.end()]);
      await database.drop();
    },
  };
}

export interface NewChange {
  recordId: string;
  version?: number;
  kind?: string;
  op?: string;
  diff?: Record<string, [unknown, unknown]>;
  connectionId?: string | null;
  inboxEventId?: string | null;
  at?: string;
}

/** Records that do not exist yet are made. One transaction, so its positions stand side by side. */
export async function commitChanges(
  sql: postgres.Sql,
  workspaceId: string,
  changes: readonly NewChange[],
): Promise<void> {
  await sql.begin(async (tx) => {
    for (const change of changes) {
      const diff = change.diff ?? { title: [null, 'A title'] };
      await tx`
        insert into public.records (id, workspace_id, kind, data)
        values (${change.recordId}, ${workspaceId}, ${change.kind ?? 'task'}, '{"title": "A task", "state": "open"}')
        on conflict do nothing`;
      await tx`
        insert into public.change_log (workspace_id, record_id, kind, version, op, origin, connection_id,
          inbox_event_id, fields, diff, at)
        values (${workspaceId}, ${change.recordId}, ${change.kind ?? 'task'}, ${change.version ?? 1},
          ${change.op ?? 'update'}, ${change.connectionId ? 'connection' : 'hub'}, ${change.connectionId ?? null},
          ${change.inboxEventId ?? null}, ${Object.keys(diff)}, ${tx.json(diff as postgres.JSONValue)},
          ${change.at ?? new Date().toISOString()})`;
    }
  });
}

export async function subscribe(
  world: World,
  options: {
    name?: string;
    filter?: Filter;
    from?: number;
    workspaceId?: string;
    inFlight?: number;
    perSecond?: number;
  } = {},
): Promise<string> {
  const id = newId();
  await world.admin`
    insert into public.subscriptions (id, workspace_id, name, kind, config, filter, cursor, max_in_flight,
      per_second, tokens)
    values (${id}, ${options.workspaceId ?? world.owner.workspaceId}, ${options.name ?? 'A subscription'}, 'webhook',
      '{"url": "https://example.test/hook"}', ${world.admin.json((options.filter ?? {}) as postgres.JSONValue)},
      ${options.from ?? 0}, ${options.inFlight ?? 8}, ${options.perSecond ?? 1000}, 1000)`;
  return id;
}

export async function fanOutAll(db: Db): Promise<void> {
  for (;;) if ((await fanOut({ db, clock: systemClock, log, bus })) === 0) return;
}

/** A destination that does what it is told and writes down what it heard. */
export class Receiver implements Sender {
  readonly kind = 'webhook' as const;
  heard: OwedDelivery[] = [];
  answer: (delivery: OwedDelivery) => SendOutcome | Promise<SendOutcome> = () => ({
    type: 'delivered',
    status: 200,
  });

  send: Sender['send'] = async (delivery) => {
    this.heard.push(delivery);
    return this.answer(delivery);
  };
}

export const startWorker = (db: Db, sender: Sender): Delivering =>
  startDelivering({ db, clock: systemClock, log, bus, senders: [sender] });

/** Sweeps until nothing is due and nothing is on its way. */
export async function drain(delivering: Delivering): Promise<void> {
  for (;;) {
    // What ended while it swept may have let another one go, which it did not see.
    const wereInFlight = delivering.inFlight();
    const left = await delivering.sweep();
    if (left === 0 && wereInFlight === 0 && delivering.inFlight() === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Everything that waits for its time is due, and nobody holds anything any more. */
export async function letTimePass(world: World): Promise<void> {
  await world.admin`update public.deliveries set next_attempt_at = now() where next_attempt_at is not null`;
  await world.admin`update public.deliveries set lease_until = now() - interval '1 second' where status = 'sending'`;
  await world.admin`update public.subscriptions set due_at = now(), lease_until = null, tokens = 1000
    where kind <> 'analytics'`;
}

/** Versions heard of each record, repeats of one delivery left out. */
export function versionsHeard(heard: readonly OwedDelivery[]): Map<string, number[]> {
  const seen = new Set<string>();
  const versions = new Map<string, number[]>();
  for (const delivery of heard) {
    if (seen.has(delivery.id)) continue;
    seen.add(delivery.id);
    versions.set(delivery.recordId, [...(versions.get(delivery.recordId) ?? []), delivery.version]);
  }
  return versions;
}

/** How many of its deliveries are in which status. */
export async function statusesOf(world: World, id: string): Promise<Record<string, number>> {
  const rows = await world.admin<{ status: string; n: number }[]>`
    select status, count(*)::int as n from public.deliveries where subscription_id = ${id} group by status`;
  return Object.fromEntries(rows.map((row) => [row.status, row.n]));
}
