import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { serverEnvironment, type UnixUser } from './platform.ts';

/** Hosted Supabase's superuser has this name too; `postgres` is an ordinary role there. */
export const superuser = 'supabase_admin';

/**
 * Sorting is by code point, the same on every machine (PostgreSQL's own C.UTF-8). Full-text search
 * and trigrams ask the C library which characters are letters, and under plain C none beyond ASCII is.
 */
const characterTypes = ['C.UTF-8', 'en_US.UTF-8', 'C'];

export interface ClusterOptions {
  home: string;
  dataDir: string;
  native: string;
  user: UnixUser | undefined;
}

/** Makes the data directory unless it exists, and returns the superuser's password. */
export async function initialiseCluster(options: ClusterOptions): Promise<string> {
  const passwordFile = path.join(options.home, 'superuser-password');
  if (await stat(options.dataDir).catch(() => undefined)) {
    return await readFile(passwordFile, 'utf8').catch((error: unknown) => {
      throw new Error(
        `The password of the database in ${options.dataDir} cannot be read (${passwordFile}): start as the user who made it, or begin anew with "npm run reset".`,
        { cause: error },
      );
    });
  }
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600 });
  await chmod(passwordFile, 0o600);
  // Made beside and renamed, so that an interrupted first start does not leave half a cluster.
  const partial = `${options.dataDir}.partial`;
  await initdb(options, partial, password);
  await rename(partial, options.dataDir);
  return password;
}

async function initdb(options: ClusterOptions, dataDir: string, password: string): Promise<void> {
  const secret = path.join(options.home, 'initdb-password');
  try {
    await writeFile(secret, `${password}\n`, { mode: 0o600 });
    if (options.user) await chown(secret, options.user.uid, options.user.gid);
    for (const characterType of characterTypes) {
      await rm(dataDir, { recursive: true, force: true });
      await mkdir(dataDir, { mode: 0o700 });
      if (options.user) await chown(dataDir, options.user.uid, options.user.gid);
      const { code, output } = await runInitdb(options, dataDir, secret, characterType);
      if (code === 0) return;
      if (!output.includes('invalid locale')) {
        const line =
          output.split('\n').find((text) => /error|FATAL/i.test(text)) ?? output.slice(-300);
        throw new Error(`The database could not be made: ${line.trim()}`);
      }
    }
    throw new Error('The database could not be made: the system knows no usable locale.');
  } finally {
    await rm(secret, { force: true });
  }
}

function runInitdb(
  options: ClusterOptions,
  dataDir: string,
  secret: string,
  characterType: string,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(
    path.join(options.native, 'bin', 'initdb'),
    [
      `--pgdata=${dataDir}`,
      `--username=${superuser}`,
      `--pwfile=${secret}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      `--lc-ctype=${characterType}`,
      '--no-instructions',
    ],
    {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: serverEnvironment,
      ...(options.user ? { uid: options.user.uid, gid: options.user.gid } : {}),
    },
  );
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-16_384);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', (error) =>
      reject(
        new Error(
          'The embedded PostgreSQL cannot be executed here (it needs glibc, not musl): set the three database URLs to a Supabase of your own.',
          { cause: error },
        ),
      ),
    );
    child.once('close', (code) => resolve({ code, output }));
  });
}
