import { createHash } from 'node:crypto';
import type { Ratelimit } from '@upstash/ratelimit';
import { type Clock, systemClock } from '#lib/core/index';
import { type Logger, logger } from '#lib/observability/index';
import type { LimitBacking } from './limit-backing.ts';
import { type WindowVerdict, windowRest } from './sliding-window.ts';

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
  /**
   * Counts one request of `key` (an address, a user) and says whether it may proceed; `limit` is what
   * somebody chose for this key instead of the usual one.
   */
  check(key: string, limit?: number): Promise<WindowVerdict>;
  /** The same for several at once, which some process has counted. Rejects when it cannot be asked. */
  take(key: string, amount: number, limit?: number): Promise<WindowVerdict>;
}

/** Limits somebody chose: so many different ones are kept ready. */
const maxLimiters = 100;

/** A limit on requests that come in, counted where `backing` says, by @upstash/ratelimit. */
export function inboundLimit(options: InboundLimitOptions): InboundLimit {
  const { name, backing, windowSeconds, onFault = 'closed', clock = systemClock } = options;
  const windowMs = windowSeconds * 1000;
  const log = options.log ?? logger('inbound-limit');
  const limiters = new Map<number, Ratelimit>();
  const limiterOf = (limit: number): Ratelimit => {
    const known = limiters.get(limit);
    if (known) return known;
    const made = backing.limiter(name, { limit, windowMs }, clock);
    if (limiters.size >= maxLimiters) limiters.clear();
    limiters.set(limit, made);
    return made;
  };
  const take: InboundLimit['take'] = async (key, amount, limit = options.limit) => {
    const { success, remaining, reset } = await limiterOf(limit).limit(hashed(key), {
      rate: amount,
    });
    return { allowed: success, limit, remaining, resetMs: Math.max(0, reset - clock.now()) };
  };
  return {
    take,
    check: async (key, limit = options.limit) => {
      try {
        return await take(key, 1, limit);
      } catch (error) {
        log.error('A limit cannot be checked', { part: name, reason: onFault, err: error });
        const resetMs = windowRest(clock.now(), windowMs);
        return { allowed: onFault === 'open', limit, remaining: 0, resetMs };
      }
    },
  };
}

/** No address and no user stands in a Redis. The braces keep both windows in one slot of a cluster. */
const hashed = (key: string): string => `{${createHash('sha256').update(key).digest('base64url')}}`;
