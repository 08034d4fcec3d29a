import type { HeardFacts } from './budget-state.ts';

/** What a worker has to tell of its share. */
export interface News {
  ended: number;
  uncounted: number;
  unused: number;
  saved: number;
  facts: { facts: HeardFacts; atMs: number }[];
}

export const noNews = (): News => ({ ended: 0, uncounted: 0, unused: 0, saved: 0, facts: [] });

export const addNews = (a: News, b: News): News => ({
  ended: a.ended + b.ended,
  uncounted: a.uncounted + b.uncounted,
  unused: a.unused + b.unused,
  saved: a.saved + b.saved,
  facts: [...a.facts, ...b.facts],
});

/** Durations as they are by now; a clock that was set back meanwhile makes none longer. */
export function aged({ facts, atMs }: News['facts'][number], nowMs: number): HeardFacts {
  const passedMs = Math.max(0, nowMs - atMs);
  return {
    ...facts,
    resetInMs: facts.resetInMs === null ? null : facts.resetInMs - passedMs,
    retryInMs: facts.retryInMs === null ? null : Math.max(0, facts.retryInMs - passedMs),
  };
}
