import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { bootstrap, databaseUrls, newSecrets } from '../../supabase/local/bootstrap.ts';
import { freePort } from '../../supabase/local/free-port.ts';
import { migrate } from '../../supabase/local/migrate.ts';
import { unprivilegedUser } from '../../supabase/local/platform.ts';
import { run, type Tally } from './runners.ts';

const bin = '/usr/lib/postgresql/15/bin';
const startDeadlineMs = 30_000;

/**
 * All migrations on PostgreSQL 15 (the oldest major a hosted Supabase may have), then the pgTAP
 * files of supabase/tests, in a cluster of its own on loopback that is gone afterwards.
 */
export async function runPgtap(root: string): Promise<Tally> {
  if (!existsSync(`${bin}/postgres`))
    throw new Error('PostgreSQL 15 is not installed; see the sentence above.');
  const folder = mkdtempSync(join(tmpdir(), 'patchbay-pg15-'));
  const user = process.getuid?.() === 0 ? await unprivilegedUser() : null;
  if (user) chownSync(folder, user.uid, user.gid);
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  const data = join(folder, 'data');
  const port = await freePort();
  const env = { PATH: `${bin}:/usr/bin:/bin`, LC_ALL: 'C.UTF-8', NODE_ENV: 'test' as const };
  execFileSync(
    `${bin}/initdb`,
    ['-D', data, '-U', 'supabase_admin', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'],
    { ...as, env, cwd: folder, stdio: 'ignore' },
  );
  const server = spawn(
    `${bin}/postgres`,
    [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=${folder}`,
      '-c',
      'fsync=off',
    ],
    { ...as, env, cwd: folder, stdio: 'ignore' },
  );
  try {
    const superuserUrl = `postgres://supabase_admin@127.0.0.1:${port}/postgres`;
    await waitFor(superuserUrl);
    const secrets = newSecrets();
    await bootstrap(superuserUrl, secrets.passwords);
    await migrate({
      url: databaseUrls(superuserUrl, secrets.passwords).migrateUrl,
      dir: join(root, 'supabase/migrations'),
    });
    const sql = postgres(superuserUrl, { max: 1, onnotice: () => undefined });
    await sql`create extension if not exists pgtap with schema extensions`;
    await sql.end();
    const files = readdirSync(join(root, 'supabase/tests'))
      .filter((name) => name.endsWith('.test.sql'))
      .sort();
    const done = await run(
      'pg_prove',
      [
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'supabase_admin',
        '-d',
        'postgres',
        '-v',
        ...files.map((name) => join(root, 'supabase/tests', name)),
      ],
      { cwd: root },
    );
    const failed = [...done.output.matchAll(/^not ok \d/gm)].length;
    const passed = [...done.output.matchAll(/^ok \d/gm)].length;
    return { passed, failed: failed + (done.code !== 0 && failed === 0 ? 1 : 0) };
  } finally {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function waitFor(url: string): Promise<void> {
  const deadline = Date.now() + startDeadlineMs;
  for (;;) {
    const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined });
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
}
