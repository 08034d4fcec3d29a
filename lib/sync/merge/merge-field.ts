import type { Json } from '#lib/core/index';
import { type Comparator, fieldsEqual, type MergePolicy } from '#lib/kinds/index';

/**
 * Two clocks that tell "the later edit" apart must differ by more than both can be wrong; below it
 * the edits count as concurrent. Milliseconds.
 */
export const clockUncertaintyMs = 2_000;

export interface FieldSides {
  comparator: Comparator;
  policy: MergePolicy;
  local: Json | undefined;
  remote: Json;
  /** Undefined without a common ancestor (a first meeting, or a field newly observed). */
  base: Json | undefined;
  /** Undefined when the field is not in flight. */
  sent: Json | undefined;
  /** `remote` is the service's answer to what was sent, so a different value is its form of it. */
  isAnswer: boolean;
  localAtMs: number | null;
  remoteAtMs: number | null;
  uncertaintyMs: number;
}

export interface FieldOutcome {
  take: 'local' | 'remote' | 'union';
  value: Json;
  acknowledged: boolean;
  /** `open` holds the field; `automatic` keeps the losing value for an undo. */
  conflict: 'open' | 'automatic' | null;
  /** Keeps a hold that was there before; everything else clears or sets it. */
  keepsHold: boolean;
}

const outcome = (
  take: FieldOutcome['take'],
  value: Json,
  more: Partial<FieldOutcome> = {},
): FieldOutcome => ({
  take,
  value,
  acknowledged: false,
  conflict: null,
  keepsHold: false,
  ...more,
});

/** The decision for one observed field. The order of the questions is the algorithm. */
export function mergeField(sides: FieldSides): FieldOutcome {
  const { comparator, local, remote, base, sent } = sides;
  const same = (a: Json | undefined, b: Json | undefined) => fieldsEqual(comparator, a, b);
  const isEcho = sent !== undefined && (sides.isAnswer || same(remote, sent));

  if (same(local, remote)) return outcome('local', local ?? remote, { acknowledged: isEcho });
  if (isEcho) {
    // Edited again while it was under way: the newer edit stays and is sent next.
    return same(local, sent)
      ? outcome('remote', remote, { acknowledged: true })
      : outcome('local', local ?? null, { acknowledged: true, keepsHold: true });
  }
  if (base === undefined ? isEmpty(local) : same(local, base)) return outcome('remote', remote);
  if (base !== undefined && same(remote, base)) {
    return outcome('local', local ?? null, { keepsHold: true });
  }
  return mergeConcurrent(sides, local ?? null);
}

/** Nothing is lost when a value nobody ever gave makes room. */
const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);

function mergeConcurrent(sides: FieldSides, local: Json): FieldOutcome {
  const { remote, base, policy } = sides;
  const localWins = outcome('local', local, { conflict: 'automatic' });
  const remoteWins = outcome('remote', remote, { conflict: 'automatic' });
  const ask = outcome('local', local, { conflict: 'open' });
  switch (policy) {
    case 'remote':
      return outcome('remote', remote);
    case 'set': {
      if (!Array.isArray(local) || !Array.isArray(remote)) return ask;
      const union = mergeSets(Array.isArray(base) ? base : [], local, remote);
      return fieldsEqual('set', union, local) ? outcome('local', local) : outcome('union', union);
    }
    case 'local_wins':
      return localWins;
    case 'remote_wins':
      return remoteWins;
    case 'latest_wins': {
      if (sides.localAtMs === null || sides.remoteAtMs === null) return ask;
      const lead = sides.remoteAtMs - sides.localAtMs;
      if (Math.abs(lead) <= sides.uncertaintyMs) return ask;
      return lead > 0 ? remoteWins : localWins;
    }
    case 'manual':
      return ask;
  }
}

/**
 * (L ∪ R) without what either side took away. It has no loser: an item both sides touched was
 * either in the base (then both removed it) or not (then both added it). The order is the hub's,
 * then the service's.
 */
function mergeSets(base: Json[], local: Json[], remote: Json[]): Json[] {
  const [inBase, inLocal, inRemote] = [base, local, remote].map((set) => new Set(set.map(String)));
  return [...new Set([...local, ...remote].map(String))].filter(
    (item) => !inBase?.has(item) || (inLocal?.has(item) && inRemote?.has(item)),
  );
}
