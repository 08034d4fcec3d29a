import { type JsonObject, newId } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import { rollBackRefused } from './merge/index.ts';
import { writeConflicts } from './observe-store.ts';
import { diffOf } from './plan-observation.ts';
import { type HeldLink, holdFields, writeRollBack } from './push-store.ts';

/** Null where the fields were changed again meanwhile. */
export type Refused = 'taken_back' | 'kept' | null;

/**
 * What becomes of fields a service would not take. A record that lives there alone returns to what
 * the service has. One that lives elsewhere too keeps its value, which others may have accepted or
 * even made: taking it back would undo their change. There the field is held, and a person decides.
 */
export async function refuseFields(
  tx: Tx,
  link: HeldLink,
  refused: { fields: readonly string[]; sent: JsonObject },
): Promise<Refused> {
  const { kind, data, base, ours } = link;
  const { fields, sent } = refused;
  if (!link.has_other_living) {
    const back = rollBackRefused({ kind, data, base, ours, refusedFields: fields, sent });
    if (back.changed.length === 0) return null;
    await writeRollBack(tx, link, back.data, diffOf(data, back.data, back.changed));
    return 'taken_back';
  }
  const kept = fields.filter(
    (field) =>
      Object.hasOwn(sent, field) &&
      fieldsEqual(fieldRule(kind, field).comparator, data[field], sent[field]),
  );
  if (kept.length === 0) return null;
  await holdFields(tx, link, kept);
  const conflicts = kept.map((field) => ({
    id: newId(),
    record_id: link.record_id,
    link_id: link.id,
    field,
    base: base?.[field] ?? null,
    local: data[field] ?? null,
    remote: base?.[field] ?? null,
    remote_at: null,
    policy: 'refused',
    status: 'open' as const,
    resolution: null,
  }));
  await writeConflicts(tx, { workspaceId: link.workspace_id }, conflicts, []);
  return 'kept';
}
