import { toStorableJson } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import { type InboxStatus, statusesBefore } from './inbox-event-state.ts';
import type { InboxEvent } from './schema.ts';

type Verdict = InboxEvent['verdict'];

export interface EventToApply {
  id: string;
  workspaceId: string;
  connectionId: string;
  connector: string;
  event: string;
  body: Buffer;
  verdict: Verdict;
  status: InboxStatus;
  attempts: number;
}

/** In the order of arrival. What is read for applying never changes, so no lock is held meanwhile. */
export function readEvents(
  db: Queryable,
  workspaceId: string,
  ids: readonly string[],
): Promise<EventToApply[]> {
  return db<EventToApply[]>`
    select id, workspace_id as "workspaceId", connection_id as "connectionId", connector, event, body,
      verdict, status, attempts
    from public.inbox_events
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) order by id`;
}

export type HeldEvent = Pick<EventToApply, 'id' | 'status' | 'attempts'>;

/** Locks the events for this transaction; those somebody else is at, or that are gone, are missing. */
export function holdEvents(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<HeldEvent[]> {
  return tx<HeldEvent[]>`
    select id, status, attempts from public.inbox_events
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) order by id for update skip locked`;
}

/** Attempts kept in the log of an event, and characters of its outcome. */
const attemptsKept = 20;
const outcomeChars = 400;

export interface Attempt {
  at: string;
  ms: number;
  outcome: string;
  code?: string;
  message?: string;
}

/** An attempt that is about to be made, written down in case nobody lives to tell of it. */
export async function noteBegun(
  tx: Tx,
  workspaceId: string,
  eventId: string,
  attempt: Attempt,
): Promise<void> {
  await tx`
    update public.inbox_events set attempts = attempts + 1, attempt_log = (
      select jsonb_agg(entry order by place)
      from jsonb_array_elements(jsonb_build_array(${json(tx, { ...attempt })}::jsonb) || attempt_log)
        with ordinality as log (entry, place)
      where place <= ${attemptsKept})
    where workspace_id = ${workspaceId} and id = ${eventId}`;
}

export interface Settlement {
  eventId: string;
  status: Extract<InboxStatus, 'applied' | 'ignored' | 'failed' | 'dead'>;
  outcome: string;
  /** Of a failure: the code dead events are grouped by. */
  reason: string | null;
  recordId: string | null;
  /** Milliseconds until the next attempt; null when there is none. */
  waitMs: number | null;
  attempt: Attempt;
}

export async function settleEvents(
  tx: Tx,
  workspaceId: string,
  settlements: readonly Settlement[],
): Promise<void> {
  if (settlements.length === 0) return;
  const rows = settlements.map((to) => ({
    id: to.eventId,
    status: to.status,
    // What went wrong may quote what could not be stored; unsettled, the event would come back for ever.
    outcome: toStorableJson(to.outcome.slice(0, outcomeChars)),
    attempt: toStorableJson({ ...to.attempt } as JsonObject),
    reason: to.reason,
    record_id: to.recordId,
    wait_ms: to.waitMs,
    before: statusesBefore(to.status),
  }));
  // The list of ids besides, so that the planner drops all other days.
  await tx`
    update public.inbox_events e set
      status = x.status, outcome = x.outcome, reason = x.reason, attempts = e.attempts + 1,
      record_id = coalesce(x.record_id, e.record_id),
      next_attempt_at = now() + x.wait_ms * interval '1 millisecond',
      processed_at = case when x.status = 'failed' then e.processed_at else now() end,
      attempt_log = (
        select jsonb_agg(entry order by place)
        from jsonb_array_elements(jsonb_build_array(x.attempt) || e.attempt_log)
          with ordinality as log (entry, place)
        where place <= ${attemptsKept})
    from jsonb_to_recordset(${json(tx, rows)}::jsonb) as x(id uuid, status text, outcome text, attempt jsonb,
      reason text, record_id uuid, wait_ms int, before text[])
    where e.workspace_id = ${workspaceId} and e.id = any(${rows.map(({ id }) => id)}::uuid[])
      and e.id = x.id and e.status = any(x.before)`;
}
