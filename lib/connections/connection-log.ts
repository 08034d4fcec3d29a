import { toStorableJson } from '#lib/connectors/protocol/index';
import { type JsonObject, newId } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import { redact } from '#lib/security/index';
import { setStatus } from './connection-store.ts';
import type { ConnectionAt } from './worker-deps.ts';

export interface LogEntry {
  workspaceId: string;
  connectionId: string;
  runId?: string;
  level: 'info' | 'warning' | 'error';
  code: string;
  message: string;
  details?: JsonObject;
}

const messageChars = 1_000;

/** One line on the connection's page. Text is redacted once more on its way in. */
export async function logConnection(db: Queryable, entry: LogEntry): Promise<void> {
  await db`
    insert into public.connection_log (id, workspace_id, connection_id, run_id, level, code, message, details)
    values (${newId()}, ${entry.workspaceId}, ${entry.connectionId}, ${entry.runId ?? null},
      ${entry.level}, ${entry.code.slice(0, 80)}, ${toStorableJson(redact(entry.message).slice(0, messageChars))},
      ${json(db, toStorableJson(entry.details ?? {}))})`;
}

/** One line a run, whose id it has: it grows with each call that was not needed. */
export async function logSaved(
  db: Queryable,
  at: ConnectionAt & { runId: string; unchanged: number; together: number },
): Promise<void> {
  const { unchanged, together } = at;
  const all = unchanged + together;
  await db`
    insert into public.connection_log as l (id, workspace_id, connection_id, run_id, level, code, message, details)
    values (${at.runId}, ${at.workspaceId}, ${at.connectionId}, ${at.runId}, 'info', 'provider.calls_saved',
      ${all === 1 ? '1 call saved.' : `${all} calls saved.`}, ${json(db, { calls: all, unchanged, together })})
    on conflict (id) do update set at = now(),
      message = ((l.details ->> 'calls')::int + ${all}) || ' calls saved.',
      details = jsonb_build_object('calls', (l.details ->> 'calls')::int + ${all},
        'unchanged', (l.details ->> 'unchanged')::int + ${unchanged},
        'together', (l.details ->> 'together')::int + ${together})
    where l.workspace_id = excluded.workspace_id and l.code = excluded.code`;
}

/** The connection stops until somebody authorises it again; what it owes is kept. */
export async function markNeedsReauth(
  tx: Tx,
  at: ConnectionAt,
  cause: { code: string; detail: string },
): Promise<void> {
  const [row] = await tx`
    select 1 from public.connections where workspace_id = ${at.workspaceId} and id = ${at.connectionId}
      and status in ('active', 'paused') for update`;
  if (!row) return;
  const changed = await setStatus(tx, at, { status: 'needs_reauth', ...cause });
  if (changed) {
    await logConnection(tx, {
      ...at,
      level: 'error',
      code: 'connections.needs_reauth',
      message: cause.detail,
      details: { cause: cause.code },
    });
  }
}
