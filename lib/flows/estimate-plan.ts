/** What a connection lets through, as far as is known. */
export interface Pace {
  connectionId: string;
  /** Calls a second while its quota lasts. */
  perSecond: number;
  /** Calls its quota still has; more come at `sustained` a second. */
  quota: number;
  sustained: number;
}

export interface Estimate {
  calls: number;
  minutes: number;
}

/**
 * How many calls a plan takes and how long they last: connections work side by side, so the slowest
 * says when it is over. What else the connections have to do is not counted.
 */
export function estimatePlan(
  callsByConnection: ReadonlyMap<string, number>,
  paces: readonly Pace[],
): Estimate {
  let calls = 0;
  let seconds = 0;
  for (const [connectionId, count] of callsByConnection) {
    calls += count;
    const pace = paces.find((known) => known.connectionId === connectionId);
    if (pace) seconds = Math.max(seconds, secondsOf(count, pace));
  }
  // In tenths: less would promise what nobody can know.
  return { calls, minutes: Math.ceil(seconds / 6) / 10 };
}

function secondsOf(count: number, { perSecond, quota, sustained }: Pace): number {
  const flowing = count / perSecond;
  return count <= quota ? flowing : Math.max(flowing, (count - quota) / sustained);
}
