import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import type { Clock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { type RedisLink, redisLink, type ScriptClient, upstashLink } from './redis-scripts.ts';
import { slotOf } from './sliding-window.ts';
import { memoryWindows, postgresWindows, type WindowStore } from './window-store.ts';

/** Where counts live. All but `memory` are shared by every process that uses the same one. */
export type LimitPlace =
  | { kind: 'memory' }
  | { kind: 'postgres'; db: Db }
  | { kind: 'redis'; url: string }
  | { kind: 'upstash'; url: string; token: string };

/** A place that is open: limits made over it share its connection. */
export interface LimitBacking {
  kind: LimitPlace['kind'];
  isShared: boolean;
  /** @upstash/ratelimit with this limit, counting under `prefix`. */
  limiter(prefix: string, rule: { limit: number; windowMs: number }, clock: Clock): Ratelimit;
  close(): void;
}

type LimiterConfig = ConstructorParameters<typeof Ratelimit>[0];

/**
 * `timeout: 0` turns off the library's default of letting everybody pass when the store is slow; what
 * happens then is each limit's own choice. Its cache of refused keys would outlive a raised limit.
 * https://upstash.com/docs/redis/sdks/ratelimit-ts/features
 */
const settings = { timeout: 0, ephemeralCache: false, analytics: false } as const;

export function openLimitBacking(place: LimitPlace, log: Logger): LimitBacking {
  switch (place.kind) {
    case 'memory':
      return overWindows('memory', memoryWindows());
    case 'postgres':
      return overWindows('postgres', postgresWindows(place.db));
    case 'redis':
      return overScripts('redis', redisLink(place.url, log));
    case 'upstash':
      return overScripts('upstash', upstashLink(place));
  }
}

/** The library's own sliding window, run by Redis. */
function overScripts(kind: 'redis' | 'upstash', link: RedisLink): LimitBacking {
  return {
    kind,
    isShared: true,
    limiter: (prefix, { limit, windowMs }) =>
      new Ratelimit({
        ...settings,
        redis: asRedis(link.client),
        prefix: `patchbay:limits:${prefix}`,
        limiter: Ratelimit.slidingWindow(limit, `${windowMs} ms`),
      }),
    close: () => link.close(),
  };
}

/** A limiter of our own, because the library's scripts need a Redis. */
function overWindows(kind: 'memory' | 'postgres', store: WindowStore): LimitBacking {
  return {
    kind,
    isShared: kind === 'postgres',
    limiter: (prefix, rule, clock) =>
      new Ratelimit({
        ...settings,
        redis: asRedis(noScripts),
        prefix,
        limiter: limiterOver(store, rule, clock),
      }),
    close: () => undefined,
  };
}

function limiterOver(
  store: WindowStore,
  { limit, windowMs }: { limit: number; windowMs: number },
  clock: Clock,
): LimiterConfig['limiter'] {
  return () => ({
    limit: async (_context, key, amount = 1) => {
      const nowMs = clock.now();
      const { allowed, remaining } = await store.take({ key, limit, windowMs, nowMs, amount });
      const reset = (slotOf(nowMs, windowMs) + 1) * windowMs;
      return { success: allowed, limit, remaining, reset, pending: Promise.resolve() };
    },
    getRemaining: () => Promise.reject(new Error('Reading without counting is not offered')),
    resetTokens: () => Promise.reject(new Error('Resetting is not offered')),
  });
}

const noScripts: ScriptClient = {
  eval: () => Promise.reject(new Error('No Redis is configured')),
  evalsha: () => Promise.reject(new Error('No Redis is configured')),
};

/** The library is typed for a whole client and runs scripts only; anything else fails loudly. */
function asRedis(scripts: ScriptClient): Redis {
  const client = new Redis({
    request: () => Promise.reject(new Error('Only scripts are run for limits')),
  });
  return Object.assign(client, { eval: scripts.eval, evalsha: scripts.evalsha });
}
