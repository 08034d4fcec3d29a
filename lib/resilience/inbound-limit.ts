import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { type Clock, systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { type Logger, logger } from '#lib/observability/index';
import { judgeWindow, type WindowVerdict } from './sliding-window.ts';
import { memoryWindows, postgresWindows, type WindowStore } from './window-store.ts';

/** Where counts live: in this process, or in PostgreSQL for several. */
export type LimitBacking = { kind: 'memory' } | { kind: 'postgres'; db: Db };

export interface InboundLimitOptions {
  /** Part of every key, so that two limits never share a count. */
  name: string;
  limit: number;
  windowSeconds: number;
  backing: LimitBacking;
  /** What a check answers when its store cannot be asked. Closed by default: sign-in, callbacks. */
  onFault?: 'closed' | 'open';
  clock?: Clock;
  log?: Logger;
}

export interface InboundLimit {
  /** Counts one request of `key` (an address, a user) and says whether it may proceed. */
  check(key: string): Promise<WindowVerdict>;
}

type LimiterConfig = ConstructorParameters<typeof Ratelimit>[0];

/**
 * A limit on requests that come in: @upstash/ratelimit with a limiter of our own, because its Redis
 * scripts need a Redis. `timeout: 0` turns off its default of letting everybody pass when the store
 * is slow. https://upstash.com/docs/redis/sdks/ratelimit-ts/features
 */
export function inboundLimit(options: InboundLimitOptions): InboundLimit {
  const { name, limit, windowSeconds, backing, onFault = 'closed', clock = systemClock } = options;
  const windowMs = windowSeconds * 1000;
  const store = backing.kind === 'memory' ? memoryWindows() : postgresWindows(backing.db);
  const ratelimit = new Ratelimit({
    redis: noRedis,
    prefix: name,
    timeout: 0,
    ephemeralCache: false,
    limiter: limiterOver(store, { limit, windowMs, clock }),
  });
  const log = options.log ?? logger('inbound-limit');
  return {
    check: async (key) => {
      try {
        const { success, remaining, reset } = await ratelimit.limit(key);
        return { allowed: success, limit, remaining, resetMs: Math.max(0, reset - clock.now()) };
      } catch (error) {
        log.error('A limit cannot be checked', { part: name, reason: onFault, err: error });
        return { allowed: onFault === 'open', limit, remaining: 0, resetMs: windowMs };
      }
    },
  };
}

function limiterOver(
  store: WindowStore,
  { limit, windowMs, clock }: { limit: number; windowMs: number; clock: Clock },
): LimiterConfig['limiter'] {
  return () => ({
    limit: async (_context, key) => {
      const nowMs = clock.now();
      const counts = await store.hit({ key, limit, windowMs, nowMs });
      const verdict = judgeWindow(counts, limit, windowMs, nowMs);
      return {
        success: verdict.allowed,
        limit,
        remaining: verdict.remaining,
        reset: nowMs + verdict.resetMs,
        pending: Promise.resolve(),
      };
    },
    getRemaining: () => Promise.reject(new Error('Reading without counting is not offered')),
    resetTokens: () => Promise.reject(new Error('Resetting is not offered')),
  });
}

/** The library insists on a client; our limiter never asks it, and a call would fail loudly. */
const noRedis = new Redis({
  request: () => Promise.reject(new Error('No Redis is configured')),
});
