import type { Queryable, Tx } from '#lib/db/index';
import { recordNotFound, toRecordRow } from './record-row.ts';
import type { RecordRow } from './schema.ts';
import { selectRecord } from './store.ts';

/** Throws `resource.not_found` for a record the member cannot see, deleted ones included otherwise. */
export async function getRecord(tx: Tx, input: { recordId: string }): Promise<RecordRow> {
  const row = await selectRecord(tx, input.recordId);
  if (!row) throw recordNotFound();
  return toRecordRow(row);
}

/** The workspace of a visible record, so that a route can ask for the member's role in it. */
export async function findRecordWorkspace(
  tx: Queryable,
  input: { recordId: string },
): Promise<string | null> {
  const [row] = await tx<{ workspace_id: string }[]>`
    select workspace_id from public.records where id = ${input.recordId}`;
  return row?.workspace_id ?? null;
}

/** What a record is now: itself, or the one it became part of. */
export async function currentRecordId(tx: Queryable, input: { recordId: string }): Promise<string> {
  const [row] = await tx<{ record_id: string }[]>`
    select record_id from public.record_aliases where old_record_id = ${input.recordId}`;
  return row?.record_id ?? input.recordId;
}
