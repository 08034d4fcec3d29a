import type { Json } from '#lib/core/index';
import { type Comparator, fieldsEqual, type MergePolicy } from '#lib/kinds/index';
import { mergeCounters, mergeSets, mergeTexts } from './merge-values.ts';

/**
 * Two clocks that tell "the later edit" apart must differ by more than both can be wrong; below it
 * the edits count as concurrent. This much the computers of one service may differ among themselves,
 * whatever is known of the one that answers. Milliseconds.
 */
export const clockUncertaintyMs = 2_000;

export interface FieldSides {
  comparator: Comparator;
  policy: MergePolicy;
  local: Json | undefined;
  remote: Json;
  /** Undefined without a common ancestor (a first meeting, or a field newly observed). */
  base: Json | undefined;
  /** What the hub had when the service had `base`, where the two differ in form. */
  ours: Json | undefined;
  /** Undefined when the field is not in flight. */
  sent: Json | undefined;
  /** `sent` as the service would show it, where that is another value. */
  readBack: Json | undefined;
  /** `remote` is the service's answer to what was sent, so a different value is its form of it. */
  isAnswer: boolean;
  /** The hub takes the service's form of what it sent; otherwise it keeps its own beside it. */
  adopts: boolean;
  /** The hub's value stands, whatever is changed there. */
  isEnforced: boolean;
  /** `remote` is how the service has what the hub has. */
  isStanding: boolean;
  localAtMs: number | null;
  remoteAtMs: number | null;
  uncertaintyMs: number;
}

export interface FieldOutcome {
  take: 'local' | 'remote' | 'merged';
  value: Json;
  acknowledged: boolean;
  /** `open` holds the field; `automatic` keeps the losing value for an undo. */
  conflict: 'open' | 'automatic' | null;
  /** Keeps a hold that was there before; everything else clears or sets it. */
  keepsHold: boolean;
  /** The hub's value that stands for `remote` from now on; undefined when it is `remote` itself. */
  ours: Json | undefined;
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
  ours: undefined,
  ...more,
});

/** The decision for one observed field. The order of the questions is the algorithm. */
export function mergeField(sides: FieldSides): FieldOutcome {
  const { comparator, local, remote, base, sent, ours } = sides;
  const same = (a: Json | undefined, b: Json | undefined) => fieldsEqual(comparator, a, b);
  const isEcho =
    sent !== undefined &&
    (sides.isAnswer ||
      same(remote, sent) ||
      (sides.readBack !== undefined && same(remote, sides.readBack)));

  if (same(local, remote)) return outcome('local', local ?? remote, { acknowledged: isEcho });
  if (sides.isStanding && local !== undefined)
    return outcome('local', local ?? null, { acknowledged: isEcho, ours: local });
  if (isEcho) return takeEcho(sides, same(local, sent));
  const before = ours === undefined ? base : ours;
  const isSameThere = base !== undefined && same(remote, base);
  if (sides.isEnforced && !isSameThere) return enforce(sides, local ?? null);
  if (before === undefined ? isEmpty(local) : same(local, before)) {
    // The service's own form of what the hub has is no change there.
    if (isSameThere) return outcome('local', local ?? null, { ours });
    return ours === undefined ? outcome('remote', remote) : follow(sides, local ?? null);
  }
  if (isSameThere) return outcome('local', local ?? null, { keepsHold: true, ours });
  return mergeConcurrent(sides, local ?? null);
}

function takeEcho(sides: FieldSides, isUnedited: boolean): FieldOutcome {
  const { local, remote, sent, adopts } = sides;
  if (isUnedited && adopts) return outcome('remote', remote, { acknowledged: true });
  // Edited again while it was under way: the newer edit stays and is sent next.
  return outcome('local', local ?? null, {
    acknowledged: true,
    keepsHold: !isUnedited,
    ours: adopts || fieldsEqual(sides.comparator, sent, remote) ? undefined : sent,
  });
}

/** A value nobody ever gave is no word to insist on: what is there stays beside it. */
function enforce({ base, ours }: FieldSides, local: Json): FieldOutcome {
  const wasGiven = base !== undefined && (ours === undefined || !isEmpty(ours));
  return wasGiven || !isEmpty(local)
    ? outcome('local', local, { conflict: 'automatic' })
    : outcome('local', local, { ours: local });
}

/** A change there of a field the hub keeps in a form of its own: of a set only what changed. */
function follow(sides: FieldSides, local: Json): FieldOutcome {
  const { remote, base } = sides;
  if (sides.comparator !== 'set' || !Array.isArray(local) || !Array.isArray(remote)) {
    return outcome('remote', remote);
  }
  const value = mergeSets(Array.isArray(base) ? base : [], local, remote);
  const isItself = fieldsEqual('set', value, remote);
  return outcome('merged', value, { ours: isItself ? undefined : value });
}

/** Nothing is lost when a value nobody ever gave makes room. */
const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0);

function mergeConcurrent(sides: FieldSides, local: Json): FieldOutcome {
  const { remote, policy } = sides;
  const localWins = outcome('local', local, { conflict: 'automatic' });
  const remoteWins = outcome('remote', remote, { conflict: 'automatic' });
  const ask = outcome('local', local, { conflict: 'open' });
  switch (policy) {
    case 'remote':
      return outcome('remote', remote);
    case 'set':
    case 'text':
    case 'counter': {
      const value = combine(sides, local);
      if (value === null) return ask;
      return fieldsEqual(sides.comparator, value, local)
        ? outcome('local', local)
        : outcome('merged', value);
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

/** A value that holds both changes; null where there is none. */
function combine(sides: FieldSides, local: Json): Json {
  const { policy, remote } = sides;
  const base = sides.base ?? null;
  if (policy === 'set') {
    if (!Array.isArray(local) || !Array.isArray(remote)) return null;
    return mergeSets(Array.isArray(base) ? base : [], local, remote);
  }
  if (policy === 'text') {
    const texts = [base, local, remote].map((value) => value ?? '');
    const [b, l, r] = texts;
    if (typeof b !== 'string' || typeof l !== 'string' || typeof r !== 'string') return null;
    return mergeTexts(b, l, r);
  }
  const [b, l, r] = [base, local, remote];
  if (typeof b !== 'number' || typeof l !== 'number' || typeof r !== 'number') return null;
  return mergeCounters(b, l, r);
}
