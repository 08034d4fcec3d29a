import type { Circumstances, KnownLink, LinkWrite, PlannedObject } from './planned-writes.ts';
import { owedFields } from './view-link.ts';

/** A plan that changes nothing yet. */
export const nothing = {
  record: null,
  link: null,
  conflicts: [],
  settled: [],
  echoedIntents: [],
  tellsOthers: false,
} satisfies Partial<PlannedObject>;

/** The link with the state it has. One that was told of a change it cannot be sent owes nothing. */
export function linkAsIs(known: KnownLink, given: Circumstances): LinkWrite {
  const { held, state } = known;
  const isUnderWay = state === 'pushing' || state === 'unknown';
  const owes =
    isUnderWay ||
    (state !== 'tombstone' && owedFields(given.kind, known, given.writable).length > 0);
  const resting = held.length > 0 ? 'conflict' : 'synced';
  return {
    id: known.link_id,
    external_key: known.external_key,
    url: known.url,
    remote_rank: known.remote_rank,
    base: known.there,
    ours: known.ours,
    unreadable: null,
    raw: null,
    held,
    state: state === 'dirty' && !owes ? resting : state,
    owes,
    reread: false,
    echoed: false,
  };
}
