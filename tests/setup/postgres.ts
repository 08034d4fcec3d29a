import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { bootstrap, newSecrets } from '../../supabase/local/bootstrap.ts';
import { migrate } from '../../supabase/local/migrate.ts';
import { startPostgres } from '../../supabase/local/postgres.ts';
import { stopWithParent } from './stop-with-parent.ts';

/** What a test file gets to know of the one PostgreSQL of this run. */
export interface TestPostgres {
  superuserUrl: string;
  template: string;
  passwords: ReturnType<typeof newSecrets>['passwords'];
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestPostgres;
  }
}

const template = 'patchbay_template';

/**
 * One PostgreSQL for the whole run, thrown away afterwards, with a template database that has the
 * bootstrap and every migration. `TEST_POSTGRES_DURABLE=1` keeps fsync on.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'patchbay-test-postgres-'));
  const server = await startPostgres({
    dataDir: path.join(home, 'data'),
    durable: process.env['TEST_POSTGRES_DURABLE'] === '1',
    settings: { max_connections: '200' },
  }).catch(async (error: unknown) => {
    await rm(home, { recursive: true, force: true });
    throw error;
  });
  const endWatch = stopWithParent(server.pid, home);
  const stop = async (): Promise<void> => {
    endWatch();
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
  try {
    const { passwords } = newSecrets();
    await makeTemplate(server.superuserUrl, passwords);
    project.provide('postgres', { superuserUrl: server.superuserUrl, template, passwords });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeTemplate(
  superuserUrl: string,
  passwords: TestPostgres['passwords'],
): Promise<void> {
  const sql = postgres(superuserUrl, { max: 1 });
  await sql.unsafe(`create database ${template}`);
  await sql.end();
  const url = new URL(superuserUrl);
  url.pathname = `/${template}`;
  const { migrateUrl } = await bootstrap(url.toString(), passwords);
  await migrate({ url: migrateUrl });
}
