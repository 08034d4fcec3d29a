/**
 * sync/merge: how the hub's copy of a record and the service's state come together, field by field,
 * against the last state observed there (`base`). Pure: no clock, no I/O, safe in a browser.
 *
 * Invariants
 * - The new base is what the service has, never what the merge made of it. With the merge as base
 *   the two sides drift apart, because what was kept here no longer counts as unsent.
 * - Whether a field is unsent is derived (record against base), never stored.
 * - No value is lost silently: what a concurrent change overwrites is the base, or it is in
 *   `conflicts`.
 * - A held field is not sent until a person has decided.
 *
 * It never decides which of two states of the service is the later one beyond `judgeRank`: states
 * must reach it one at a time per link.
 */
export { dirtyFields } from './dirty-fields.ts';
export { judgeRank, type RankVerdict } from './judge-rank.ts';
export {
  type DeletionOutcome,
  type DeletionPolicy,
  type DeletionSides,
  mergeDeletion,
} from './merge-deletion.ts';
export { clockUncertaintyMs } from './merge-field.ts';
export {
  type FieldConflict,
  type InFlight,
  type MergeInput,
  type MergeOutcome,
  mergeRecord,
} from './merge-record.ts';
export { mergeSets } from './merge-values.ts';
export { resolveByEdit, rollBackRefused } from './settle-fields.ts';
