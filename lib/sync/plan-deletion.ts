import { newId } from '#lib/core/index';
import type { JudgedObject } from './judge-object.ts';
import { linkAsIs, nothing } from './keep-link.ts';
import { mergeDeletion } from './merge/index.ts';
import type { Circumstances, ConflictWrite, KnownLink, PlannedObject } from './planned-writes.ts';
import { owedFields } from './view-link.ts';

/**
 * The record goes when the last object it lives in goes; its data stay, and what was edited here and
 * never sent is logged as lost to the deletion.
 */
export function planDeletion(
  known: KnownLink,
  object: JudgedObject,
  given: Circumstances,
): PlannedObject {
  if (known.state === 'tombstone') return { ...nothing, verdict: 'unchanged' };
  if (object.rank < known.remote_rank && !known.is_read_since) {
    return { ...nothing, verdict: 'stale', link: { ...linkAsIs(known, given), reread: true } };
  }
  const end = mergeDeletion({
    wasDeleted: false,
    isDeletedHere: known.deleted_at !== null,
    isDeletedThere: true,
    unsent: owedFields(given.kind, { ...known, held: [] }, given.writable),
    changedThere: [],
    policy: 'delete_wins',
  });
  const goes = !known.has_other_living && end.do === 'delete_here';
  return {
    ...nothing,
    verdict: 'changed',
    conflicts: goes ? end.lost.map((field) => lostToDeletion(known, object, field)) : [],
    settled: known.held.map((field) => ({ link_id: known.link_id, field, value: null })),
    record: goes
      ? {
          id: known.record_id,
          version: known.version + 1,
          data: known.data,
          updated_at: object.updatedAt,
          remote_at: object.updatedAt,
          op: 'delete',
          fields: [],
          diff: {},
        }
      : null,
    link: {
      id: known.link_id,
      external_key: known.external_key,
      url: known.url,
      remote_rank: object.rank,
      base: known.there,
      ours: known.ours,
      unreadable: null,
      raw: null,
      held: [],
      state: 'tombstone',
      owes: false,
      reread: false,
      echoed: false,
    },
  };
}

const lostToDeletion = (known: KnownLink, object: JudgedObject, field: string): ConflictWrite => ({
  id: newId(),
  record_id: known.record_id,
  link_id: known.link_id,
  field,
  base: known.base?.[field] ?? null,
  local: known.data[field] ?? null,
  remote: null,
  remote_at: object.updatedAt,
  policy: 'delete_wins',
  status: 'automatic',
  resolution: null,
});
