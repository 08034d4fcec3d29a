/**
 * The embedded PostgreSQL: made once per state directory, started by the supervisor, the tests and
 * the benchmarks.
 *
 * Invariants: it listens on 127.0.0.1 only and has no socket file; it is in a session of its own,
 * so that Ctrl-C reaches its clients first and whoever started it stops it last; its superuser's
 * password is random, kept beside the data with mode 0600 and never handed to the product.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, open, readFile, stat, statfs, truncate } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { initialiseCluster, superuser } from './cluster.ts';
import { freePort } from './free-port.ts';
import {
  postgresMajor,
  serverEnvironment,
  type UnixUser,
  unprivilegedUser,
  userOf,
} from './platform.ts';
import { reachableNative } from './postgres-home.ts';
import {
  clearLeftovers,
  isRoot,
  recordStarter,
  signal,
  stopServer,
  waitUntilGone,
} from './postgres-process.ts';

export interface PostgresOptions {
  /** From `postgresHome()`, or any folder of its own; its parent holds password, log and server copy. */
  dataDir: string;
  /** A free one by default. A restart that keeps its clients passes the former one. */
  port?: number;
  /** Server settings on top of ours, as in postgresql.conf. */
  settings?: Record<string, string>;
  /** `false` gives up crash safety for speed: for tests that do not pull the plug. */
  durable?: boolean;
}

export interface RunningPostgres {
  port: number;
  pid: number;
  superuserUrl: string;
  /** The server's own log, kept below `logLimitBytes`. */
  logFile: string;
  /** Settles when the server has ended, for whatever reason. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Fast shutdown: clients are cut off, a checkpoint is written. */
  stop(): Promise<void>;
  /** As if the power had failed: the next start recovers from the log. */
  crash(): Promise<void>;
}

const freeSpaceLimitBytes = 300 * 1_048_576;
const logLimitBytes = 20 * 1_048_576;
const logCheckMs = 60_000;
/** Crash recovery replays at most max_wal_size. */
const readyDeadlineMs = 120_000;
const portAttempts = 5;

export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const home = path.dirname(options.dataDir);
  await refuseFullDisk(home);
  const user = await runningUser(options.dataDir);
  if (user) await openPassage(home);
  const native = await reachableNative(home, user);
  const password = await initialiseCluster({ home, dataDir: options.dataDir, native, user });
  await refuseOtherMajor(options.dataDir);
  await clearLeftovers(home, options.dataDir);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    try {
      return await launch({ ...options, home, native, user, password, port });
    } catch (error) {
      const taken =
        error instanceof Error && error.message.includes('could not create any TCP/IP sockets');
      if (!taken) throw error;
      if (options.port !== undefined || attempt >= portAttempts) {
        throw new Error(`Port ${port} is taken, so PostgreSQL cannot listen on it: free it.`, {
          cause: error,
        });
      }
    }
  }
}

async function refuseFullDisk(home: string): Promise<void> {
  const { bavail, bsize } = await statfs(home);
  const free = bavail * bsize;
  if (free >= freeSpaceLimitBytes) return;
  throw new Error(
    `Only ${Math.floor(free / 1_048_576)} MB are free where the database lives (${home}): make room for at least ${freeSpaceLimitBytes / 1_048_576} MB and start again.`,
  );
}

async function refuseOtherMajor(dataDir: string): Promise<void> {
  const version = (await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  if (version === postgresMajor) return;
  throw new Error(
    `The data in ${dataDir} belongs to PostgreSQL ${version} and this is PostgreSQL ${postgresMajor}: move the data with pg_dump of that version, or begin anew with "npm run reset".`,
  );
}

/** The owner of existing data keeps running it, so that root and an ordinary user may take turns. */
async function runningUser(dataDir: string): Promise<UnixUser | undefined> {
  if (!isRoot()) return undefined;
  const owner = (await stat(dataDir).catch(() => undefined))?.uid ?? 0;
  return (owner > 0 ? await userOf(owner) : undefined) ?? (await unprivilegedUser());
}

/** The other user passes through the home to the data; what else lies in it is 0600. */
async function openPassage(home: string): Promise<void> {
  const { mode } = await stat(home);
  await chmod(home, (mode & 0o7777) | 0o111);
}

interface Launch extends PostgresOptions {
  home: string;
  native: string;
  user: UnixUser | undefined;
  password: string;
  port: number;
}

function serverSettings(options: Launch): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    max_connections: '100',
    // Nothing replicates from here: fewer processes and a smaller log.
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    max_wal_size: '512MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements and the DETAIL of an error quote values, and values may be secrets.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(options.durable === false
      ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
      : {}),
    ...options.settings,
  };
}

async function launch(options: Launch): Promise<RunningPostgres> {
  const logFile = path.join(options.home, 'postgres.log');
  const log = await open(
    logFile,
    constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND,
    0o600,
  );
  const before = (await log.stat()).size;
  const flags = Object.entries(serverSettings(options)).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);
  const child = spawn(
    path.join(options.native, 'bin', 'postgres'),
    ['-D', options.dataDir, ...flags],
    {
      detached: true,
      cwd: '/',
      stdio: ['ignore', log.fd, log.fd],
      env: serverEnvironment,
      ...(options.user ? { uid: options.user.uid, gid: options.user.gid } : {}),
    },
  );
  const exited = exitOf(child);
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw await spawnFailure(child);
  child.unref();
  await recordStarter(options.home);
  const superuserUrl = `postgres://${superuser}:${options.password}@127.0.0.1:${options.port}/postgres`;
  try {
    await waitUntilReady(superuserUrl, exited, () => tail(logFile, before));
  } catch (error) {
    if (child.exitCode === null) signal(pid, 'SIGQUIT');
    throw error;
  }
  const janitor = keepLogSmall(logFile);
  void exited.then(() => clearInterval(janitor));
  return {
    port: options.port,
    pid,
    superuserUrl,
    logFile,
    exited,
    stop: () => stopServer(pid),
    crash: async () => {
      signal(pid, 'SIGQUIT');
      await waitUntilGone(pid, readyDeadlineMs);
    },
  };
}

function exitOf(child: ChildProcess): RunningPostgres['exited'] {
  return new Promise((resolve) => {
    child.once('exit', (code, name) => resolve({ code, signal: name }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}

async function spawnFailure(child: ChildProcess): Promise<Error> {
  const cause = await new Promise<unknown>((resolve) => child.once('error', resolve));
  return new Error(
    'The embedded PostgreSQL cannot be executed here (it needs glibc, not musl): set the three database URLs to a Supabase of your own.',
    { cause },
  );
}

async function waitUntilReady(
  url: string,
  exited: RunningPostgres['exited'],
  readLog: () => Promise<string>,
): Promise<void> {
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const end = Date.now() + readyDeadlineMs;
  for (;;) {
    const failure = await Promise.race([tryConnection(url), exited]);
    if (failure === undefined) return;
    if (ended) throw new Error(`PostgreSQL did not start: ${await readLog()}`);
    if (Date.now() > end)
      throw new Error('PostgreSQL did not become ready in time.', { cause: failure });
    await delay(30);
  }
}

async function tryConnection(url: string): Promise<unknown> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    await sql`select 1`;
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function tail(file: string, from: number): Promise<string> {
  const text = (await readFile(file)).subarray(from).toString('utf8');
  const lines = text.split('\n').filter((line) => /FATAL|ERROR|HINT|postgres:/.test(line));
  return lines.slice(-3).join(' · ') || text.slice(-500);
}

function keepLogSmall(file: string): NodeJS.Timeout {
  const check = async (): Promise<void> => {
    const size = (await stat(file).catch(() => undefined))?.size ?? 0;
    if (size > logLimitBytes) await truncate(file);
  };
  // The server appends, so cutting the file under it leaves no hole.
  const timer = setInterval(() => void check().catch(() => undefined), logCheckMs);
  timer.unref();
  return timer;
}
