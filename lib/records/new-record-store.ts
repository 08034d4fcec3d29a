import type { JsonObject } from '#lib/core/index';
import { json, type Tx } from '#lib/db/index';
import type { RecordRow } from './schema.ts';

/** Requests by one id come one after the other, in whichever process. */
export async function lockMutation(tx: Tx, workspaceId: string, mutationId: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`${workspaceId} ${mutationId}`}, 0))`;
}

/** The record a mutation has made. */
export async function selectMade(
  tx: Tx,
  workspaceId: string,
  mutationId: string,
): Promise<string | null> {
  const [row] = await tx<{ record_id: string }[]>`
    select record_id from public.change_log
    where workspace_id = ${workspaceId} and mutation_id = ${mutationId} and op = 'create'`;
  return row?.record_id ?? null;
}

/** As the member whose transaction it is. */
export async function insertRecord(
  tx: Tx,
  record: {
    id: string;
    workspaceId: string;
    kind: RecordRow['kind'];
    data: JsonObject;
    mutationId: string;
  },
): Promise<void> {
  await tx`
    insert into public.records (id, workspace_id, kind, data)
    values (${record.id}, ${record.workspaceId}, ${record.kind}, ${json(tx, record.data)})`;
  await tx`
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin, actor_id, mutation_id)
    values (${record.workspaceId}, ${record.id}, ${record.kind}, 1, 'create', 'user', private.user_id(), ${record.mutationId})`;
}

export interface EndingRecord {
  kind: RecordRow['kind'];
  version: number;
  /** It lives at a service. */
  is_linked: boolean;
}

/** Locked; null for one that has ended or was never there. */
export async function lockEnding(
  tx: Tx,
  workspaceId: string,
  recordId: string,
): Promise<EndingRecord | null> {
  const [record] = await tx<Omit<EndingRecord, 'is_linked'>[]>`
    select kind, version from public.records
    where workspace_id = ${workspaceId} and id = ${recordId} and deleted_at is null for update`;
  if (!record) return null;
  // After the lock: what was linked while we waited for it is seen.
  const links = await tx`
    select 1 from public.links
    where workspace_id = ${workspaceId} and record_id = ${recordId} and state <> 'tombstone' limit 1`;
  return { ...record, is_linked: links.length > 0 };
}

export async function markEnded(
  tx: Tx,
  workspaceId: string,
  recordId: string,
  { kind, version }: EndingRecord,
): Promise<void> {
  await tx`
    update public.records set deleted_at = now(), updated_at = now(), version = ${version + 1}
    where workspace_id = ${workspaceId} and id = ${recordId}`;
  await tx`
    insert into public.change_log (workspace_id, record_id, kind, version, op, origin, reason)
    values (${workspaceId}, ${recordId}, ${kind}, ${version + 1}, 'delete', 'hub', 'withdrawn')`;
}
