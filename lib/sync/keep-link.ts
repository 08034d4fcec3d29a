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

/** The link with the state it has. */
export function linkAsIs(known: KnownLink, given: Circumstances): LinkWrite {
  return {
    id: known.link_id,
    external_key: known.external_key,
    url: known.url,
    remote_rank: known.remote_rank,
    base: known.there,
    ours: known.ours,
    unreadable: null,
    raw: null,
    held: known.held,
    state: known.state,
    owes:
      known.state === 'pushing' ||
      known.state === 'unknown' ||
      (known.state !== 'tombstone' && owedFields(given.kind, known, given.writable).length > 0),
    reread: false,
    echoed: false,
  };
}
