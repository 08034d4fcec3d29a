import type { JsonObject } from '#lib/core/index';
import { json, type Queryable, type Tx } from '#lib/db/index';
import type { Stream } from './schema.ts';

const streamColumns = (db: Queryable) => db`
  s.id, s.connection_id, s.resource, s.kind, s.name, s.scope, s.phase, s.phase_detail,
  (select count(*) from public.links l where l.stream_id = s.id and l.workspace_id = s.workspace_id
     and l.state <> 'tombstone') as records,
  (select count(*) from public.links l where l.stream_id = s.id and l.workspace_id = s.workspace_id
     and l.state <> 'tombstone' and l.unreadable <> '{}'::jsonb) as unreadable,
  s.next_poll_at, s.last_polled_at, s.last_event_at, s.last_changed_at, s.created_at`;

export function selectStreams(
  tx: Tx,
  workspaceId: string,
  connectionId: string | undefined,
  rows: number,
): Promise<Stream[]> {
  return tx<Stream[]>`
    select ${streamColumns(tx)} from public.streams s
    where s.workspace_id = ${workspaceId}
      ${connectionId ? tx`and s.connection_id = ${connectionId}` : tx``}
    order by s.id limit ${rows}`;
}

export async function selectStream(
  tx: Tx,
  streamId: string,
): Promise<(Stream & { workspace_id: string }) | null> {
  const [row] = await tx<(Stream & { workspace_id: string })[]>`
    select s.workspace_id, ${streamColumns(tx)} from public.streams s where s.id = ${streamId}`;
  return row ?? null;
}

export interface StreamInsert {
  id: string;
  workspaceId: string;
  connectionId: string;
  resource: string;
  kind: string;
  name: string;
  scope: JsonObject;
  scopeKey: string;
}

/** Null when the connection already has a stream of this resource and scope. */
export async function insertStream(tx: Tx, stream: StreamInsert): Promise<string | null> {
  const [row] = await tx<{ id: string }[]>`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key)
    values (${stream.id}, ${stream.workspaceId}, ${stream.connectionId}, ${stream.resource}, ${stream.kind},
      ${stream.name}, ${json(tx, stream.scope)}, ${stream.scopeKey})
    on conflict (connection_id, resource, scope_key) do nothing returning id`;
  return row?.id ?? null;
}

/**
 * The stream's next read arranges for delivery first: while it stood still its webhook may have been
 * removed, by us on a disconnect or by somebody there.
 */
export async function wantDelivery(tx: Tx, workspaceId: string, streamId: string): Promise<void> {
  await tx`
    update public.streams set prepare_at = now()
    where workspace_id = ${workspaceId} and id = ${streamId}`;
}

/** False when the stream is not in one of the phases it can be taken from. */
export async function setPhase(
  tx: Tx,
  workspaceId: string,
  streamId: string,
  change: { from: Stream['phase'][]; to: Stream['phase']; detail: string | null; pollNow: boolean },
): Promise<boolean> {
  const rows = await tx`
    update public.streams set phase = ${change.to}, phase_detail = ${change.detail},
      next_poll_at = ${change.pollNow ? tx`now()` : tx`null`}
    where workspace_id = ${workspaceId} and id = ${streamId} and phase = any(${change.from}) returning 1`;
  return rows.length > 0;
}
