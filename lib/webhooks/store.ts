import type { Db, Queryable } from '#lib/db/index';
import { json } from '#lib/db/index';
import type { Verdict } from './verify-signature.ts';

/** An address services post to, with its secrets still sealed. */
export interface SealedEndpoint {
  id: string;
  workspaceId: string;
  /** Null at the address of an app: each event says whose it is. */
  connectionId: string | null;
  connector: string;
  /** Its address as the service knows it; null where nobody has said it. */
  url: string | null;
  /** Its own descriptor, not looked at yet. */
  scheme: unknown;
  envelope: Buffer;
  previousEnvelope: Buffer | null;
  /** When the present secret came. */
  changedAt: string;
  /** How long the previous secret verifies; null: until its replacement is known to the service. */
  previousUntil: string | null;
}

/** A pending endpoint counts too: services send their first call while it is being registered. */
export async function findEndpoint(db: Db, id: string): Promise<SealedEndpoint | null> {
  const [row] = await db<SealedEndpoint[]>`
    select e.id, e.workspace_id as "workspaceId", e.connection_id as "connectionId", e.connector,
      e.url, e.scheme, s.envelope, s.previous_envelope as "previousEnvelope",
      s.previous_until as "previousUntil", s.updated_at as "changedAt"
    from public.webhook_endpoints e
    join private.webhook_secrets s on s.endpoint_id = e.id
    where e.id = ${id} and e.status <> 'removed'`;
  return row ?? null;
}

/** One verified delivery, or a part of one, ready to be kept. */
export interface Delivery {
  id: string;
  workspaceId: string;
  connectionId: string;
  endpointId: string;
  connector: string;
  event: string;
  deliveryId: string;
  dedupeKey: string;
  headers: Record<string, string>;
  body: Buffer;
  verdict: Verdict;
  /** Of a part: the delivery it came in. */
  parentId: string | null;
  /** Of a delivery that is kept to be looked at, while its parts are applied: how many there were. */
  parts: number | null;
}

/**
 * Keeps those that are new and returns their ids; the unique key alone decides what is new. One
 * statement, hence one commit, and keys in order, so that two batches never wait for each other.
 * Bodies travel as base64, because the driver takes a list of buffers for one buffer.
 */
export async function insertDeliveries(db: Db, rows: readonly Delivery[]): Promise<Set<string>> {
  const column = <K extends keyof Delivery>(name: K): Delivery[K][] => rows.map((row) => row[name]);
  const fresh = await db<{ eventId: string }[]>`
    with incoming as (
      select * from unnest(
        ${column('id')}::uuid[], ${column('workspaceId')}::uuid[], ${column('connectionId')}::uuid[],
        ${column('endpointId')}::uuid[], ${column('connector')}::text[], ${column('event')}::text[],
        ${column('deliveryId')}::text[], ${column('dedupeKey')}::text[],
        ${rows.map((row) => JSON.stringify(row.headers))}::text[], ${rows.map((row) => row.body.toString('base64'))}::text[],
        ${column('verdict')}::text[], ${column('parentId')}::uuid[], ${column('parts')}::int[]
      ) as row (id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id,
        dedupe_key, headers, body, verdict, parent_id, parts)
    ), fresh as (
      insert into private.dedupe_keys (endpoint_id, key, event_id)
      select endpoint_id, dedupe_key, id from incoming order by endpoint_id, dedupe_key, id
      on conflict (endpoint_id, key) do nothing
      returning event_id
    ), kept as (
      insert into public.inbox_events
        (id, workspace_id, connection_id, endpoint_id, connector, event, delivery_id, headers, body, verdict,
          parent_id, parts, status, next_attempt_at)
      select i.id, i.workspace_id, i.connection_id, i.endpoint_id, i.connector, i.event, i.delivery_id,
        i.headers::jsonb, decode(i.body, 'base64'), i.verdict, i.parent_id, i.parts,
        case when i.parts is null then 'pending' else 'split' end, case when i.parts is null then now() end
      from incoming i join fresh f on f.event_id = i.id
    )
    select event_id as "eventId" from fresh`;
  return new Set(fresh.map((row) => row.eventId));
}

export interface RefusalCount {
  endpointId: string;
  reason: string;
  count: number;
}

/** Adds to today's counts (UTC); endpoints deleted meanwhile are skipped. */
export async function addRefusals(db: Db, counts: readonly RefusalCount[]): Promise<void> {
  await db`
    insert into public.webhook_refusals (workspace_id, endpoint_id, reason, day, count, last_at)
    select e.workspace_id, e.id, c.reason, (now() at time zone 'utc')::date, c.count, now()
    from jsonb_to_recordset(${json(db, counts)}) as c ("endpointId" uuid, reason text, count bigint)
    join public.webhook_endpoints e on e.id = c."endpointId"
    order by e.id, c.reason
    on conflict (endpoint_id, reason, day)
      do update set count = webhook_refusals.count + excluded.count, last_at = excluded.last_at`;
}

export async function touchEndpoints(db: Queryable, ids: readonly string[]): Promise<void> {
  await db`update public.webhook_endpoints set last_received_at = now() where id = any(${ids}::uuid[])`;
}
