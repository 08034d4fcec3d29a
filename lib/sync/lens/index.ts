/**
 * sync/lens: how the fields of a record stand at one service: under which name, in which form, in
 * which direction they travel, and who wins. Pure: no clock, no I/O, safe in a browser.
 *
 * Invariants
 * - What the service has is kept in its own terms; whatever merges, asks or shows works in the
 *   record's. So changed rules rewrite nothing that is stored.
 * - A stream without rules has a lens that hands on what it is given.
 * - What the mapping has no words for is named and left alone, there and here; it is never emptied.
 * - A field that names another record is said in the service's own name for that record, or not at all.
 * - What is read back of a value that was said either equals it, or the value keeps its own form here
 *   and is not sent again until somebody changes it.
 */
export {
  isMappingReason,
  type Lens,
  lensOf,
  nextBase,
  plainLens,
  type Reading,
  type Writing,
} from './lens.ts';
export { checkRules, newlyMapped, readRules } from './read-rules.ts';
export { fullName, type Named, namedBy, References, type Target } from './references.ts';
