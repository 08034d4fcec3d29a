import { dirtyFields } from './merge/index.ts';
import type { Circumstances, KnownLink, LinkWrite, PlannedObject } from './planned-writes.ts';

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
  const { kind, writable } = given;
  const { base, ours, data, held } = known;
  return {
    id: known.link_id,
    external_key: known.external_key,
    url: known.url,
    remote_rank: known.remote_rank,
    base,
    ours,
    unreadable: null,
    raw: null,
    held,
    state: known.state,
    owes:
      known.state === 'pushing' ||
      known.state === 'unknown' ||
      (known.state !== 'tombstone' &&
        dirtyFields({ kind, data, base, ours, held, writable }).length > 0),
    reread: false,
    echoed: false,
  };
}
