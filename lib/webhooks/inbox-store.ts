import { toStorableJson } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
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

/** Locks the event for this transaction; null when somebody else is at it or it is gone. */
export async function lockEvent(
  tx: Tx,
  at: { workspaceId: string; eventId: string },
): Promise<EventToApply | null> {
  const [row] = await tx<EventToApply[]>`
    select id, workspace_id as "workspaceId", connection_id as "connectionId", connector, event, body,
      verdict, status, attempts
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
  /** Of a failure: the code dead events are grouped by. */
  reason: string | null;
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
      status = ${to.status}, outcome = ${outcome}, reason = ${to.reason}, attempts = attempts + 1,
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
