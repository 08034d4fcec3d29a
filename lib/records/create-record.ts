import { type Json, type JsonObject, newId } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { defaultsOf, fieldRule, type Kind, normaliseField } from '#lib/kinds/index';
import {
  insertRecord,
  lockEnding,
  lockMutation,
  markEnded,
  selectMade,
} from './new-record-store.ts';

/** The record this mutation made before, if it did; whoever asks goes on alone until the commit. */
export async function findMade(
  tx: Tx,
  { workspaceId, mutationId }: { workspaceId: string; mutationId: string },
): Promise<string | null> {
  await lockMutation(tx, workspaceId, mutationId);
  return selectMade(tx, workspaceId, mutationId);
}

/** A member's own record with its row of the log, checked before (checkNewRecord). It lives nowhere yet. */
export async function createRecord(
  tx: Tx,
  input: { workspaceId: string; kind: Kind; data: JsonObject; mutationId: string },
): Promise<string> {
  const id = newId();
  const given = Object.entries(input.data).map(([field, value]) => [
    field,
    normaliseField(fieldRule(input.kind, field).comparator, value as Json),
  ]);
  const data = { ...defaultsOf(input.kind), ...Object.fromEntries(given) } as JsonObject;
  await insertRecord(tx, { ...input, id, data });
  return id;
}

/**
 * Ends a record that lives at no service, as the worker. `linked`: it lives at one and stays.
 * `gone`: it has ended before.
 */
export async function endRecord(
  tx: Tx,
  { workspaceId, recordId }: { workspaceId: string; recordId: string },
): Promise<'ended' | 'linked' | 'gone'> {
  const record = await lockEnding(tx, workspaceId, recordId);
  if (!record) return 'gone';
  if (record.is_linked) return 'linked';
  await markEnded(tx, workspaceId, recordId, record);
  return 'ended';
}
