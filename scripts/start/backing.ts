import { join } from 'node:path';
import { installQueue } from '#lib/queue/index';
import { bootstrap, databaseUrls, installSecrets } from '#supabase/local/bootstrap';
import { migrate } from '#supabase/local/migrate';
import { type RunningPostgres, startPostgres } from '#supabase/local/postgres';
import { postgresHome } from '#supabase/local/postgres-home';
import type { Backing } from './processes.ts';
import { root, type Settings } from './settings.ts';

const migrations = join(root, 'supabase/migrations');

/** The laptop's PostgreSQL: small buffers, few connections; production brings its own. */
const serverSettings = {
  shared_buffers: '48MB',
  max_connections: '60',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
};

export interface RunningBacking {
  backing: Backing;
  postgres: RunningPostgres | null;
}

/** Tables and queue as this version wants them. Safe to repeat. */
export async function migrateAll(url: string): Promise<string[]> {
  const applied = await migrate({ url, dir: migrations });
  await installQueue({ url });
  return applied;
}

/** The embedded server; a restart under running clients passes the former port. */
export async function startServer(settings: Settings, port?: number): Promise<RunningPostgres> {
  const { dataDir } = await postgresHome({ stateDir: settings.stateDir });
  return startPostgres({
    dataDir,
    settings: serverSettings,
    ...(port === undefined ? {} : { port }),
  });
}

export async function startBacking(settings: Settings): Promise<RunningBacking> {
  if (settings.isExternal) return { backing: await externalBacking(settings), postgres: null };
  const { home } = await postgresHome({ stateDir: settings.stateDir });
  const postgres = await startServer(settings);
  const secrets = await installSecrets({ home });
  await bootstrap(postgres.superuserUrl, secrets.passwords);
  const urls = databaseUrls(postgres.superuserUrl, secrets.passwords);
  await migrateAll(urls.migrateUrl);
  const backing: Backing = {
    webUrl: urls.webUrl,
    workerUrl: urls.workerUrl,
    workerSessionUrl: urls.workerUrl,
    supabasePublicUrl: undefined,
    publishableKey: secrets.publishableKey,
    jwtSecret: secrets.jwtSecret,
    local: { urls, secretKey: secrets.secretKey },
  };
  return { backing, postgres };
}

async function externalBacking({ env, migrateUrl }: Settings): Promise<Backing> {
  if (migrateUrl) await migrateAll(migrateUrl);
  return {
    webUrl: env['DATABASE_URL_WEB'] ?? '',
    workerUrl: env['DATABASE_URL_WORKER'] ?? '',
    workerSessionUrl: env['DATABASE_URL_WORKER_SESSION'],
    supabasePublicUrl: env['SUPABASE_PUBLIC_URL'],
    publishableKey: env['SUPABASE_PUBLISHABLE_KEY'] ?? '',
    jwtSecret: env['SUPABASE_JWT_SECRET'] ?? '',
    local: null,
  };
}
