import type { WindowVerdict } from './sliding-window.ts';

/** What one of the named limits said of a request. */
export interface NamedVerdict extends WindowVerdict {
  name: string;
  windowSeconds: number;
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));

/**
 * The two fields of draft-ietf-httpapi-ratelimit-headers: what may be asked in all, and what is left.
 * A limit that refused comes first. Nothing for a request that nobody counted.
 */
export function rateLimitHeaders(verdicts: readonly NamedVerdict[]): Record<string, string> {
  if (verdicts.length === 0) return {};
  const sorted = verdicts.toSorted((a, b) => Number(a.allowed) - Number(b.allowed));
  return {
    'ratelimit-policy': sorted
      .map(({ name, limit, windowSeconds }) => `"${name}";q=${limit};w=${windowSeconds}`)
      .join(', '),
    ratelimit: sorted
      .map(({ name, remaining, resetMs }) => `"${name}";r=${remaining};t=${seconds(resetMs)}`)
      .join(', '),
  };
}
