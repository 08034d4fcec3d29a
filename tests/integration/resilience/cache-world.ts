import postgres from 'postgres';
import { z } from 'zod';
import { newId, systemClock } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import { type Logger, logger } from '#lib/observability/index';
import { type Cache, cacheStore, cacheTopic, createCache } from '#lib/resilience/index';
import { freshDatabase } from '../../setup/database.ts';

export const topic = cacheTopic({
  name: 'names',
  schema: z.array(z.string()),
  freshMs: 60_000,
  keepMs: 3_600_000,
  maxBytes: 4_000,
});

export interface CacheWorld {
  admin: postgres.Sql;
  /** As patchbay_worker, one pool a process. */
  pools: Db[];
  web: Db;
  workspace(): Promise<string>;
  /** A cache as another process has it. */
  cache(process: number, log?: Logger): Cache;
  close(): Promise<void>;
}

export async function makeCacheWorld(): Promise<CacheWorld> {
  const database = await freshDatabase();
  const admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  const pools = ['a', 'b', 'c', 'd'].map((name) =>
    connect({ url: database.workerUrl, name, max: 4 }),
  );
  const web = connect({ url: database.webUrl, name: 'web', max: 2 });
  return {
    admin,
    pools,
    web,
    workspace: async () => {
      const id = newId();
      await admin`
        insert into public.workspaces (id, name, slug) values (${id}, 'Test', ${`w${id.slice(-12)}`})`;
      return id;
    },
    cache: (process, log = logger('test', 'silent')) => {
      const db = pools[process];
      if (!db) throw new Error('there are four processes');
      return createCache({ store: cacheStore({ kind: 'postgres', db }), log, clock: systemClock });
    },
    close: async () => {
      await Promise.all([...pools, web, admin].map((db) => db.end({ timeout: 5 })));
      await database.drop();
    },
  };
}

/** A door that opens when a test says so. */
export function gate(): { open(): void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
