import { HubError, type JsonObject } from '#lib/core/index';
import { type Tx, wake } from '#lib/db/index';
import { type ConnectorRules, checkPatch, diffPatch } from './check-patch.ts';
import { getRecord } from './get-record.ts';
import { recordNotFound } from './record-row.ts';
import type { RecordPatch, RecordRow } from './schema.ts';
import {
  fieldsChangedByOthers,
  hasMutation,
  type LockedRecord,
  lockRecord,
  markLinksDirty,
  selectPatchedLinks,
  selectRecord,
  settleByEdit,
  type TakenBack,
  writePatch,
} from './store.ts';

/**
 * A member's edit: the record, its change log row and what its links owe, in the caller's
 * transaction, with a hint to the worker that travels with the commit. The answer is the record as
 * it stands afterwards.
 *
 * - A repeated `mutation_id` has no second effect and answers the present row.
 * - An edit made against an older version is merged when nobody else changed the same fields since;
 *   otherwise `records.version_conflict`, with the present row in `details.record`.
 */
export async function patchRecord(
  tx: Tx,
  rules: ConnectorRules,
  input: { recordId: string; patch: RecordPatch; takesBack?: TakenBack },
): Promise<RecordRow> {
  const { recordId, patch } = input;
  const record = await lockForEdit(tx, recordId);
  if (await hasMutation(tx, record.workspace_id, recordId, patch.mutation_id)) {
    return getRecord(tx, { recordId });
  }
  if (record.deleted_at !== null) throw await ended(tx, recordId, patch);
  const links = await selectPatchedLinks(tx, record.workspace_id, recordId);
  const wanted = definedFields(patch.data);
  checkPatch({ kind: record.kind, data: record.data, links }, wanted, rules);
  await refuseOverlap(tx, recordId, record, patch.version, Object.keys(wanted));

  const linkIds = links.map((link) => link.id);
  const held = new Set(links.flatMap((link) => link.held));
  const decided = Object.keys(wanted).filter((field) => held.has(field));
  const diff = diffPatch(record.kind, record.data, wanted);
  const after = Object.fromEntries(
    Object.entries(diff).map(([field, sides]) => [
      field,
      Array.isArray(sides) ? (sides[1] ?? null) : null,
    ]),
  );
  const changed = Object.keys(after);
  if (changed.length > 0) {
    await writePatch(tx, {
      workspaceId: record.workspace_id,
      recordId,
      kind: record.kind,
      version: record.version + 1,
      data: { ...record.data, ...after },
      diff,
      mutationId: patch.mutation_id,
      takesBack: input.takesBack ?? null,
    });
  }
  // Keeping the hub's value of a held field is a decision too, though it changes no record.
  if (decided.length > 0) {
    await settleByEdit(tx, record.workspace_id, linkIds, {
      values: pick(wanted, decided),
      before: record.data,
      mutationId: patch.mutation_id,
    });
  }
  if (changed.length + decided.length > 0 && linkIds.length > 0) {
    await markLinksDirty(tx, record.workspace_id, linkIds, [...new Set([...changed, ...decided])]);
    await wake(tx, 'push');
  }
  return getRecord(tx, { recordId });
}

async function lockForEdit(tx: Tx, recordId: string): Promise<LockedRecord> {
  const record = await lockRecord(tx, recordId);
  if (record) return record;
  // Row security hides a row from `for update` where the member may read it but not change it.
  if (await selectRecord(tx, recordId)) throw new HubError('identity.forbidden');
  throw recordNotFound();
}

/** One that became part of another is edited as that one, once that has been seen. */
async function ended(tx: Tx, recordId: string, patch: RecordPatch): Promise<HubError> {
  const current = await getRecord(tx, { recordId });
  if (current.id === recordId) {
    return new HubError('resource.conflict', 'The record has been deleted at its service.');
  }
  return versionConflict(Object.keys(definedFields(patch.data)), current);
}

async function refuseOverlap(
  tx: Tx,
  recordId: string,
  record: LockedRecord,
  version: number,
  fields: string[],
): Promise<void> {
  if (version === record.version) return;
  const others =
    version < record.version
      ? await fieldsChangedByOthers(tx, record.workspace_id, recordId, version)
      : fields;
  const overlap = fields.filter((field) => others.includes(field));
  if (overlap.length === 0) return;
  const current = await getRecord(tx, { recordId });
  throw versionConflict(overlap, current);
}

const versionConflict = (fields: string[], current: RecordRow): HubError =>
  new HubError('records.version_conflict', undefined, {
    details: { fields, record: current as unknown as JsonObject },
  });

function definedFields(patch: RecordPatch['data']): JsonObject {
  const fields: JsonObject = {};
  for (const [field, value] of Object.entries(patch))
    if (value !== undefined) fields[field] = value;
  return fields;
}

const pick = (values: JsonObject, names: string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
