import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import { appendRunEvent } from './run-event-store.ts';
import type { Run, Stream } from './schema.ts';

export interface FirstRun {
  status: Run['status'];
  /** A page was read and applied. */
  hasRead: boolean;
  isHeld: boolean;
  /** Since it was queued. */
  ageMs: number;
  error: { code: string; message: string } | null;
}

export async function selectFirstRun(
  db: Queryable,
  at: { workspaceId: string; runId: string },
): Promise<FirstRun | null> {
  const [row] = await db<FirstRun[]>`
    select status, calls > 0 as "hasRead", status = 'queued' and next_attempt_at is null as "isHeld", error,
      (extract(epoch from now() - created_at) * 1000)::float8 as "ageMs"
    from public.runs where workspace_id = ${at.workspaceId} and id = ${at.runId}`;
  return row ?? null;
}

/** Does nothing to a run that is not held: it was released before, paused or cancelled. */
export async function releaseHeld(
  tx: Tx,
  at: { workspaceId: string; runId: string },
  detail: string | null,
): Promise<void> {
  const { count } = await tx`
    update public.runs set next_attempt_at = now(), checkpoint = ${json(tx, { prepared: true, detail })}
    where workspace_id = ${at.workspaceId} and id = ${at.runId} and status = 'queued'
      and next_attempt_at is null`;
  if (count === 0) return;
  const run = { workspace_id: at.workspaceId, id: at.runId };
  await appendRunEvent(tx, run, { type: 'released', data: {} });
}

export interface StreamScope {
  id: string;
  workspaceId: string;
  connectionId: string;
  resource: string;
  scopeKey: string;
  scope: JsonObject;
  phase: Stream['phase'];
}

/** The streams of a connection, or one of them, by what they read. */
export function selectScopes(
  db: Queryable,
  at: { workspaceId: string; connectionId: string; streamId?: string },
): Promise<StreamScope[]> {
  return db<StreamScope[]>`
    select id, workspace_id as "workspaceId", connection_id as "connectionId", resource,
      scope_key as "scopeKey", scope, phase
    from public.streams
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId}
      ${at.streamId === undefined ? db`` : db`and id = ${at.streamId}`}
    order by id`;
}

/** Streams that go on are polled at once. */
export async function pollNow(
  tx: Tx,
  at: { workspaceId: string; connectionId: string },
): Promise<number> {
  const { count } = await tx`
    update public.streams set next_poll_at = now()
    where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId} and phase = 'live'`;
  return count;
}
