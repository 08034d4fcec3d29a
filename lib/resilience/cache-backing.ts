import { Redis } from '@upstash/redis';
import { type Clock, systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { type CacheStore, postgresCache } from './cache-store.ts';
import { upstashCache } from './cache-upstash.ts';

/** Where the shared level lives: in PostgreSQL, or in Upstash's Redis when the operator has one. */
export type CacheBacking =
  | { kind: 'postgres'; db: Db }
  | { kind: 'upstash'; db: Db; url: string; token: string };

/** A cache that takes longer than this is slower than asking again. */
const upstashMs = 2_000;

export function cacheStore(backing: CacheBacking, clock: Clock = systemClock): CacheStore {
  if (backing.kind === 'postgres') return postgresCache(backing.db, clock);
  const redis = new Redis({
    url: backing.url,
    token: backing.token,
    automaticDeserialization: false,
    enableTelemetry: false,
    enableAutoPipelining: false,
    retry: { retries: 1, backoff: () => 100 },
    signal: () => AbortSignal.timeout(upstashMs),
  });
  return upstashCache(redis, backing.db);
}
