/** What a connection lets through, as far as is known. */
export interface Pace {
  connectionId: string;
  /** Calls a second while its quota lasts. */
  perSecond: number;
  /** Calls its quota still has; more come at `sustained` a second. */
  quota: number;
  sustained: number;
  /** The service's name, and its bounds on new objects. */
  provider: string;
  limits: readonly MakingLimit[];
}

export interface MakingLimit {
  objects: number;
  perMs: number;
}

/** What one connection is asked for. */
export interface Asked {
  calls: number;
  /** Of the calls, those that make an object. */
  made: number;
}

export interface Estimate {
  calls: number;
  minutes: number;
  /** The service's bound on new objects that says how long it lasts; null where another thing does. */
  limit: { provider: string; objects: number; per_seconds: number } | null;
}

/**
 * How many calls a plan takes and how long they last: connections work side by side, so the slowest
 * says when it is over. What else the connections have to do is not counted.
 */
export function estimatePlan(asked: ReadonlyMap<string, Asked>, paces: readonly Pace[]): Estimate {
  let total = 0;
  let slowest: { seconds: number; limit: Estimate['limit'] } = { seconds: 0, limit: null };
  for (const [connectionId, { calls, made }] of asked) {
    total += calls;
    const pace = paces.find((known) => known.connectionId === connectionId);
    if (!pace) continue;
    const flowing = secondsOf(calls, pace);
    const making = secondsOfMaking(made, pace);
    const own =
      making > flowing
        ? { seconds: making, limit: bindingLimit(made, pace) }
        : { seconds: flowing, limit: null };
    if (own.seconds > slowest.seconds) slowest = own;
  }
  // In tenths: less would promise what nobody can know.
  const minutes = Math.ceil(slowest.seconds / 6) / 10;
  return { calls: total, minutes, limit: slowest.limit };
}

function secondsOf(count: number, { perSecond, quota, sustained }: Pace): number {
  const flowing = count / perSecond;
  return count <= quota ? flowing : Math.max(flowing, (count - quota) / sustained);
}

/** Whole windows that are used up, the longest first; what is left fits into one of each. */
function secondsOfMaking(made: number, { limits, perSecond }: Pace): number {
  let left = made;
  let seconds = 0;
  for (const { objects, perMs } of longestFirst(limits)) {
    const full = fullWindows(left, objects);
    seconds += (full * perMs) / 1_000;
    left -= full * objects;
  }
  return seconds + left / perSecond;
}

function bindingLimit(made: number, { provider, limits }: Pace): Estimate['limit'] {
  const binding = longestFirst(limits).find(({ objects }) => fullWindows(made, objects) > 0);
  if (!binding) return null;
  return { provider, objects: binding.objects, per_seconds: binding.perMs / 1_000 };
}

const fullWindows = (made: number, objects: number): number =>
  Math.max(0, Math.ceil(made / objects) - 1);

const longestFirst = (limits: readonly MakingLimit[]): MakingLimit[] =>
  limits.toSorted((a, b) => b.perMs - a.perMs);
