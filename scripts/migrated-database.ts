import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { bootstrap, newSecrets } from '../supabase/local/bootstrap.ts';
import { migrate } from '../supabase/local/migrate.ts';
import { startPostgres } from '../supabase/local/postgres.ts';

/** Runs `work` on a throw-away PostgreSQL that has every migration of this tree. */
export async function withMigratedDatabase<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'patchbay-schema-'));
  try {
    const server = await startPostgres({ dataDir: path.join(home, 'data'), durable: false });
    try {
      const { migrateUrl } = await bootstrap(server.superuserUrl, newSecrets().passwords);
      await migrate({ url: migrateUrl });
      const sql = postgres(migrateUrl, { max: 1, onnotice: () => undefined });
      try {
        return await work(sql);
      } finally {
        await sql.end({ timeout: 5 });
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
