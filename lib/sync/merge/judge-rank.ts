/** `apply`: newer; `stale`: older or already known; `read_again`: cannot be told from its rank. */
export type RankVerdict = 'apply' | 'stale' | 'read_again';

/**
 * Whether an observed state may be merged. Ranks order the states of one object at its service.
 *
 * Where ranks are not exact (GitHub's clock ticks in seconds) two states of the same tick cannot be
 * ordered: webhooks of one second arrive in any order, and applying the later arrival would bring
 * back the older state. So an equal rank from a webhook or a list is a hint to read the object
 * again, unless nothing differs; a state that was just read for this link is the latest by definition.
 */
export function judgeRank(observed: {
  rank: number;
  rankIsExact: boolean;
  /** The rank of the state in `base`; null before the first one. */
  knownRank: number | null;
  /** Read from the service (or answered by it) while this link was ours alone. */
  isFreshRead: boolean;
  /** Whether any observed field differs from `base`. */
  differsFromBase: boolean;
}): RankVerdict {
  const { rank, knownRank } = observed;
  if (knownRank === null || rank > knownRank) return 'apply';
  if (rank < knownRank || observed.rankIsExact || !observed.differsFromBase) return 'stale';
  return observed.isFreshRead ? 'apply' : 'read_again';
}
