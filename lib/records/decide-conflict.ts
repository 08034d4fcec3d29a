import type { Json, JsonObject } from '#lib/core/index';
import { checkField, fieldRule, fieldsEqual, fieldsOf, type Kind } from '#lib/kinds/index';
import { type ConnectorRules, diffPatch, judgePatch, type PatchTarget } from './check-patch.ts';
import { markOfSides } from './conflict-mark.ts';
import type { ConflictChoice, Resolution } from './conflict-shape.ts';
import { fieldsPatchSchema } from './schema.ts';

/** A conflict as it stands under the record's lock. */
export interface StandingConflict {
  id: string;
  link_id: string;
  field: string;
  base: Json;
  remote: Json;
  policy: string;
  status: 'open' | 'automatic' | 'resolved';
  mutation_id: string | null;
}

/** A record with all its open conflicts and those that are asked about, locked. */
export interface ConflictedRecord extends PatchTarget {
  isDeleted: boolean;
  links: (PatchTarget['links'][number] & { id: string })[];
  conflicts: StandingConflict[];
  /** The call was made before: it may not change the record a second time. */
  isRepeated: boolean;
}

export interface Verdict {
  id: string;
  outcome: 'resolved' | 'changed' | 'refused';
  reason: string | null;
}

export interface SettledConflict {
  id: string;
  link_id: string;
  field: string;
  /** What the record had. */
  local: Json;
  resolution: Json;
  /** Null: nobody chose, the two sides are the same by now. */
  choice: ConflictChoice | null;
}

export interface Decision {
  verdicts: Verdict[];
  settled: SettledConflict[];
  data: JsonObject;
  /** {field: [before, after]} */
  diff: JsonObject;
}

/** What cannot be chosen, with the reason. */
export function closedChoices(
  kind: Kind,
  sides: { field: string; base: Json; remote: Json; policy: string },
): Partial<Record<ConflictChoice, string>> {
  const { field, base, remote, policy } = sides;
  const isSame = fieldsEqual(fieldRule(kind, field).comparator, base, remote);
  return {
    ...(checkField(kind, field, remote) === null
      ? {}
      : { remote: 'The service has no value here that a record can hold.' }),
    ...(checkField(kind, field, base) !== null
      ? { base: 'There is no earlier value to go back to.' }
      : policy === 'refused' && isSame
        ? { base: 'The service refused the edit: it still has the earlier value.' }
        : {}),
    ...(fieldsOf(kind)[field]?.editable ? {} : { value: 'This field comes from the service.' }),
  };
}

/**
 * What a person's choices make of one record. Pure. An item counts only while its two sides are still
 * those the person saw; the others are answered and change nothing. Other places where the same field
 * is open stay so, unless the choice is what they have.
 */
export function decideConflicts(
  record: ConflictedRecord,
  items: readonly Resolution[],
  by: { mutationId: string; rules: ConnectorRules },
): Decision {
  const decision: Decision = { verdicts: [], settled: [], data: { ...record.data }, diff: {} };
  for (const item of items) {
    decision.verdicts.push({ id: item.id, ...settleOne(record, decision, item, by) });
  }
  if (decision.settled.length > 0) agree(record, decision);
  decision.diff = diffPatch(record.kind, record.data, decision.data);
  return decision;
}

const refused = (reason: string) => ({ outcome: 'refused', reason }) as const;
const changed = (reason: string) => ({ outcome: 'changed', reason }) as const;

function settleOne(
  record: ConflictedRecord,
  decision: Decision,
  item: Resolution,
  by: { mutationId: string; rules: ConnectorRules },
): Omit<Verdict, 'id'> {
  const conflict = record.conflicts.find(({ id }) => id === item.id);
  const done = decision.settled.some(({ id }) => id === item.id);
  if (!conflict || done) return changed('It was settled meanwhile.');
  if (conflict.status !== 'open') {
    return conflict.mutation_id === by.mutationId
      ? { outcome: 'resolved', reason: null }
      : changed('It was settled meanwhile.');
  }
  if (record.isDeleted) return refused('The record has been deleted at its service.');
  if (record.isRepeated) return refused('A call with this mutation_id was made before.');
  const { field } = conflict;
  const local = decision.data[field] ?? null;
  if (item.seen !== markOfSides(record.kind, { field, local, remote: conflict.remote })) {
    return changed('One of the two sides has changed since.');
  }
  const chosen = chosenValue(record, conflict, item, by.rules, local);
  if ('reason' in chosen) return refused(chosen.reason);
  decision.data = { ...decision.data, [field]: chosen.value };
  const { id, link_id } = conflict;
  decision.settled.push({
    id,
    link_id,
    field,
    local,
    resolution: chosen.value,
    choice: item.choice,
  });
  return { outcome: 'resolved', reason: null };
}

function chosenValue(
  record: ConflictedRecord,
  conflict: StandingConflict,
  item: Resolution,
  rules: ConnectorRules,
  local: Json,
): { value: Json } | { reason: string } {
  const { field, base, remote } = conflict;
  const reason = closedChoices(record.kind, conflict)[item.choice];
  if (reason) return { reason };
  switch (item.choice) {
    case 'local':
      return { value: local };
    case 'remote':
      return { value: remote };
    case 'base':
      return { value: base };
    case 'value':
      return editedValue(record, field, item.value, rules);
  }
}

/** An edited value is judged as any edit of the record is. */
function editedValue(
  record: ConflictedRecord,
  field: string,
  value: Json | undefined,
  rules: ConnectorRules,
): { value: Json } | { reason: string } {
  if (value === undefined) return { reason: 'The value is missing.' };
  const parsed = fieldsPatchSchema.safeParse({ [field]: value });
  if (!parsed.success) {
    return { reason: parsed.error.issues[0]?.message ?? 'It is not a value of this field.' };
  }
  const patch = parsed.data as JsonObject;
  const { readOnly, invalid } = judgePatch(record, patch, rules);
  const reason = readOnly[field] ?? invalid[field];
  if (reason) return { reason };
  return { value: patch[field] ?? null };
}

/** The same field is open at another place too, and what was chosen is what that place has. */
function agree(record: ConflictedRecord, decision: Decision): void {
  const settled = new Set(decision.settled.map(({ id }) => id));
  const fields = new Set(decision.settled.map(({ field }) => field));
  for (const { id, link_id, field, remote, status } of record.conflicts) {
    const isOther = status === 'open' && !settled.has(id) && fields.has(field);
    const value = decision.data[field] ?? null;
    if (!isOther || !fieldsEqual(fieldRule(record.kind, field).comparator, value, remote)) continue;
    const local = record.data[field] ?? null;
    decision.settled.push({ id, link_id, field, local, resolution: value, choice: null });
  }
}
