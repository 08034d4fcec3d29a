import { systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { type Cache, cacheStore, createCache } from '#lib/resilience/index';

interface CacheSettings {
  UPSTASH_REDIS_REST_URL?: string | undefined;
  UPSTASH_REDIS_REST_TOKEN?: string | undefined;
}

/** The cache of a process: its own memory over the level that web and workers share. */
export function sharedCache(settings: CacheSettings, db: Db, log: Logger): Cache {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = settings;
  const store =
    url !== undefined && token !== undefined
      ? cacheStore({ kind: 'upstash', db, url, token })
      : cacheStore({ kind: 'postgres', db });
  return createCache({ store, log, clock: systemClock });
}
