import type { Json, JsonObject } from '#lib/core/index';
import {
  defaultsOf,
  fieldRule,
  type Kind,
  type MergePolicy,
  normaliseField,
} from '#lib/kinds/index';
import { dirtyFields } from './dirty-fields.ts';
import { clockUncertaintyMs, type FieldOutcome, mergeField } from './merge-field.ts';

/** A push whose outcome is not settled yet. */
export interface InFlight {
  /** The fields as they were sent. */
  patch: JsonObject;
  /** `base` when they were sent. */
  base: JsonObject | null;
  /**
   * The observed state is the service's answer to exactly this push (or known to be made by us), so
   * a sent field that reads differently is the service's form of it: trimmed, re-cased, re-written.
   */
  isAnswer?: boolean;
  /** The fields as the service would show them once it has them; without it, as they were sent. */
  readBack?: JsonObject;
}

export interface MergeInput {
  kind: Kind;
  /** The record's data; null when it does not exist yet. */
  local: JsonObject | null;
  /** The link's base; null when nothing was observed there before. */
  base: JsonObject | null;
  /**
   * What the hub had when the service had `base`, of the fields whose form differs between the two.
   * A form is no change: it is neither sent again nor passed on to other services.
   */
  ours?: JsonObject;
  /**
   * The record takes the form the service gives to what it was sent (default). Where a record lives
   * at several services it keeps its own: two services with different forms would correct each
   * other through the hub for ever, and the poorer form would reach the richer service.
   */
  adopts?: boolean;
  /** The fields as observed. A field that is not there was not observed and stays as it is. */
  remote: JsonObject;
  held: readonly string[];
  inFlight: InFlight | null;
  /** Fields that keep being changed back and forth: the hub's value stays, a person is asked. */
  parked?: readonly string[];
  /** Decisions of the workspace; a field without one follows its kind. */
  policies?: Readonly<Record<string, MergePolicy>>;
  /** The record's value stands: a change of it there is logged and written back. */
  enforced?: readonly string[];
  /** Fields the service has in another form by agreement, so that the record never adopts its form. */
  reshaped?: readonly string[];
  /** Of these the record's value would give the service just what it shows: they are the same. */
  standing?: readonly string[];
  /** Fields whose last state there is not to be compared with: it never reached the record. */
  strangers?: readonly string[];
  /**
   * Milliseconds since the epoch, corrected to one clock: of the record, or of each field. For
   * `latest_wins` only.
   */
  localAtMs?: number | Readonly<Record<string, number>> | null;
  /** The service's time of the whole record: services rarely give one per field. */
  remoteAtMs?: number | null;
  /** How far the two times can be wrong together, of the record or of each field. */
  uncertaintyMs?: number | Readonly<Record<string, number>>;
}

export interface FieldConflict {
  field: string;
  /** The base before this state; an open conflict that already exists keeps its older one. */
  base: Json;
  local: Json;
  remote: Json;
  policy: MergePolicy | 'oscillation';
  status: 'open' | 'automatic';
  /** The value that stands; null while open. */
  resolution: Json;
}

export interface MergeOutcome {
  data: JsonObject;
  base: JsonObject;
  /** As in the input, for the new base. */
  ours: JsonObject;
  /** Fields of `data` that are not what they were. */
  changed: string[];
  /** Fields that differ from the new base and are not held, writable or not. */
  dirty: string[];
  /** A field that was held and is not any more is settled: both sides agree, or a policy decided. */
  held: string[];
  conflicts: FieldConflict[];
  /** In-flight fields the service has now shown, in our form or in its own. */
  acknowledged: string[];
}

/** Brings one observed state of the service and the hub's record together. */
export function mergeRecord(input: MergeInput): MergeOutcome {
  const data: JsonObject = input.local ? { ...input.local } : defaultsOf(input.kind);
  const base: JsonObject = { ...input.base };
  const ours: JsonObject = { ...input.ours };
  // A field this service has not shown so far stood at its default, as in dirtyFields.
  const ancestor = input.base && { ...defaultsOf(input.kind), ...input.base };
  const held = new Set(input.held);
  const changed: string[] = [];
  const conflicts: FieldConflict[] = [];
  const acknowledged: string[] = [];

  for (const [field, remote] of Object.entries(input.remote)) {
    const policy = policyOf(input, field);
    const local = input.local && Object.hasOwn(input.local, field) ? input.local[field] : undefined;
    const isParked = input.parked?.includes(field) === true;
    const decided = decide(input, ancestor, field, policy, local, remote);
    const merged = isParked ? park(decided, local) : decided;
    if (merged.take !== 'local' || local === undefined) {
      data[field] = merged.value;
      changed.push(field);
    }
    if (merged.acknowledged) acknowledged.push(field);
    if (merged.conflict) {
      conflicts.push({
        field,
        base: input.base?.[field] ?? null,
        local: local ?? null,
        remote,
        policy: isParked ? 'oscillation' : policy,
        status: merged.conflict,
        resolution: merged.conflict === 'open' ? null : merged.value,
      });
    }
    if (merged.conflict === 'open') held.add(field);
    else if (!merged.keepsHold) held.delete(field);
    base[field] = normaliseField(fieldRule(input.kind, field).comparator, remote);
    if (merged.ours === undefined) delete ours[field];
    else ours[field] = merged.ours;
  }

  if (!input.local) changed.push(...Object.keys(data).filter((field) => !changed.includes(field)));
  const stillHeld = [...held];
  return {
    data,
    base,
    ours,
    changed,
    dirty: dirtyFields({ kind: input.kind, data, base, ours, held: stillHeld, writable: null }),
    held: stillHeld,
    conflicts,
    acknowledged,
  };
}

/** What stands here anyway is no flip, unless it would go out again over what was changed there. */
const park = (decided: FieldOutcome, local: Json | undefined): FieldOutcome =>
  decided.take === 'local' && decided.conflict !== 'automatic'
    ? decided
    : { ...decided, take: 'local', value: local ?? null, conflict: 'open', ours: undefined };

function policyOf(input: MergeInput, field: string): MergePolicy {
  const own = input.policies && Object.hasOwn(input.policies, field);
  return (own ? input.policies?.[field] : undefined) ?? fieldRule(input.kind, field).merge;
}

const timeOf = (at: MergeInput['localAtMs'], field: string): number | null =>
  (typeof at === 'object' ? at?.[field] : at) ?? null;

function decide(
  input: MergeInput,
  ancestor: JsonObject | null,
  field: string,
  policy: MergePolicy,
  local: Json | undefined,
  remote: Json,
): FieldOutcome {
  const { inFlight } = input;
  return mergeField({
    comparator: fieldRule(input.kind, field).comparator,
    policy,
    local,
    remote,
    base: input.strangers?.includes(field) ? undefined : ancestor?.[field],
    ours: input.ours && Object.hasOwn(input.ours, field) ? input.ours[field] : undefined,
    adopts:
      input.adopts !== false &&
      !input.reshaped?.includes(field) &&
      !input.enforced?.includes(field),
    isEnforced: input.enforced?.includes(field) === true,
    isStanding: input.standing?.includes(field) === true,
    sent: inFlight && Object.hasOwn(inFlight.patch, field) ? inFlight.patch[field] : undefined,
    readBack: inFlight?.readBack?.[field],
    isAnswer: inFlight?.isAnswer === true,
    localAtMs: timeOf(input.localAtMs, field),
    remoteAtMs: input.remoteAtMs ?? null,
    uncertaintyMs: timeOf(input.uncertaintyMs, field) ?? clockUncertaintyMs,
  });
}
