import { toStorableJson } from '#lib/connectors/protocol/index';
import { type JsonObject, limits } from '#lib/core/index';
import { dueInTurn, json, type Queryable, type Tx } from '#lib/db/index';
import { type InboxStatus, statusesBefore } from './inbox-event-state.ts';
import type { InboxEvent, InboxEventDetail, Refusal } from './schema.ts';

export interface DueEvent {
  id: string;
  workspaceId: string;
  connectionId: string;
}

/**
 * Leases up to `limit` due events, oldest first, workspaces in turn. Rows another sweep holds are passed over; a lease
 * that ran out makes its row due again.
 */
export function leaseDue(tx: Tx, limit: number, leaseMs: number): Promise<DueEvent[]> {
  const due = dueInTurn(tx, {
    table: 'public.inbox_events',
    may: tx`t.status in ('pending', 'queued', 'failed')`,
    at: tx`t.next_attempt_at`,
    limit,
  });
  // A list, not a subquery: each id is then looked for by the key of its day, whatever is believed of sizes.
  return tx<DueEvent[]>`${due}
    update public.inbox_events e
    set status = 'queued', next_attempt_at = now() + ${leaseMs} * interval '1 millisecond'
    where e.id = any (array(select id from due))
    returning e.id, e.workspace_id as "workspaceId", e.connection_id as "connectionId"`;
}

/** Events whose lease still runs, counted up to `most`. */
export async function countLeased(tx: Tx, most: number): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*) from (
      select 1 from public.inbox_events
      where status = 'queued' and next_attempt_at > now() limit ${most}) leased`;
  return row?.count ?? 0;
}

export interface EventToApply {
  id: string;
  workspaceId: string;
  connectionId: string;
  connector: string;
  event: string;
  body: Buffer;
  status: InboxStatus;
  attempts: number;
}

/** Locks the event for this transaction; null when somebody else is at it or it is gone. */
export async function lockEvent(
  tx: Tx,
  at: { workspaceId: string; eventId: string },
): Promise<EventToApply | null> {
  const [row] = await tx<EventToApply[]>`
    select id, workspace_id as "workspaceId", connection_id as "connectionId", connector, event, body,
      status, attempts
    from public.inbox_events
    where workspace_id = ${at.workspaceId} and id = ${at.eventId} for update skip locked`;
  return row ?? null;
}

export interface Attempt {
  at: string;
  ms: number;
  outcome: string;
  code?: string;
  message?: string;
}

export interface Settlement {
  status: Extract<InboxStatus, 'applied' | 'ignored' | 'failed' | 'dead'>;
  outcome: string;
  recordId: string | null;
  /** Milliseconds until the next attempt; null when there is none. */
  waitMs: number | null;
  attempt: Attempt;
}

/** Attempts kept in the log of an event, and characters of its outcome. */
const attemptsKept = 20;
const outcomeChars = 400;

export async function settleEvent(
  tx: Tx,
  at: { workspaceId: string; eventId: string },
  to: Settlement,
): Promise<void> {
  // What went wrong may quote what could not be stored; unsettled, the event would come back for ever.
  const attempt = toStorableJson({ ...to.attempt } as JsonObject);
  const outcome = toStorableJson(to.outcome.slice(0, outcomeChars));
  await tx`
    update public.inbox_events set
      status = ${to.status}, outcome = ${outcome}, attempts = attempts + 1,
      record_id = coalesce(${to.recordId}::uuid, record_id),
      next_attempt_at = now() + ${to.waitMs}::int * interval '1 millisecond',
      processed_at = case when ${to.status} = 'failed' then processed_at else now() end,
      attempt_log = (
        select jsonb_agg(entry order by place)
        from jsonb_array_elements(${json(tx, [attempt])} || attempt_log) with ordinality as log (entry, place)
        where place <= ${attemptsKept})
    where workspace_id = ${at.workspaceId} and id = ${at.eventId}
      and status = any(${statusesBefore(to.status)}::text[])`;
}

export interface EventFilter {
  workspaceId: string;
  connectionId?: string | undefined;
  status?: InboxStatus | undefined;
  event?: string | undefined;
  /** Ids below this one. */
  before?: string | undefined;
  limit: number;
}

const columns = (db: Queryable) => db`
  e.id, e.connection_id, e.connector, e.event, e.delivery_id, e.verdict, e.received_at, e.status,
  e.attempts, e.outcome, e.record_id, e.processed_at, e.replayed_at, octet_length(e.body) as body_bytes`;

/** Newest first; ids sort by arrival. */
export function selectEvents(tx: Tx, filter: EventFilter): Promise<InboxEvent[]> {
  const { connectionId, status, event, before } = filter;
  return tx<InboxEvent[]>`
    select ${columns(tx)} from public.inbox_events e
    where e.workspace_id = ${filter.workspaceId}
      ${connectionId ? tx`and e.connection_id = ${connectionId}` : tx``}
      ${status ? tx`and e.status = ${status}` : tx``}
      ${event ? tx`and e.event = ${event}` : tx``}
      ${before ? tx`and e.id < ${before}` : tx``}
    order by e.id desc limit ${filter.limit}`;
}

type DetailRow = InboxEvent & {
  headers: Record<string, string>;
  body: Buffer;
  attempt_log: InboxEventDetail['attempt_log'];
};

export async function selectEvent(tx: Tx, eventId: string): Promise<DetailRow | null> {
  const [row] = await tx<DetailRow[]>`
    select ${columns(tx)}, e.headers, e.body, e.attempt_log
    from public.inbox_events e where e.id = ${eventId}`;
  return row ?? null;
}

/** True when the event was in a state that allows it. */
export async function markPending(tx: Tx, eventId: string): Promise<boolean> {
  const rows = await tx`
    update public.inbox_events
    set status = 'pending', attempts = 0, next_attempt_at = now(), replayed_at = now()
    where id = ${eventId} and status = any(${statusesBefore('pending')}::text[]) returning id`;
  return rows.length > 0;
}

export function selectRefusals(tx: Tx, workspaceId: string): Promise<Refusal[]> {
  return tx<Refusal[]>`
    select endpoint_id, reason, count, last_at from public.webhook_refusals
    where workspace_id = ${workspaceId} and day = (now() at time zone 'utc')::date
    order by last_at desc, endpoint_id, reason limit ${limits.pageRows}`;
}
