import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { installQueue } from '#lib/queue/index';
import { generateKeyPair, type KeyPair } from '#lib/security/index';
import { bootstrap, type DatabaseUrls, newSecrets } from '../../../supabase/local/bootstrap.ts';
import { freePort } from '../../../supabase/local/free-port.ts';
import { migrate } from '../../../supabase/local/migrate.ts';
import { type RunningPostgres, startPostgres } from '../../../supabase/local/postgres.ts';
import { leavesWithParent } from '../../setup/leaves-with-parent.ts';

/** A PostgreSQL of its own, because it is stopped and crashed while others use theirs. */
export interface OwnPostgres {
  urls: DatabaseUrls;
  admin: postgres.Sql;
  restart(how: 'stop' | 'crash'): Promise<void>;
  close(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'patchbay-worker-test-'));
  const dataDir = path.join(home, 'data');
  let server: RunningPostgres = await startPostgres({ dataDir });
  const urls = await bootstrap(server.superuserUrl, newSecrets().passwords);
  await migrate({ url: urls.migrateUrl });
  await installQueue({ url: urls.migrateUrl });
  const admin = postgres(server.superuserUrl, {
    max: 1,
    onnotice: () => undefined,
    backoff: () => 0.1,
  });
  return {
    urls,
    admin,
    restart: async (how) => {
      await server[how]();
      server = await startPostgres({ dataDir, port: server.port });
    },
    close: async () => {
      await admin.end({ timeout: 1 });
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export interface WorkerProcess {
  pid: number;
  /** What it wrote, line by line. */
  lines: string[];
  health(): Promise<{ status: string; mode: string }>;
  /** Settles when it has ended. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
}

export interface WorkerKeys {
  worker: KeyPair;
  gateway: KeyPair;
}

export const newKeys = (): WorkerKeys => ({
  worker: generateKeyPair(),
  gateway: generateKeyPair(),
});

/** The real process, until its ready line. */
export async function startWorkerProcess(
  urls: Pick<DatabaseUrls, 'workerUrl'>,
  keys: WorkerKeys,
  env: Record<string, string> = {},
): Promise<WorkerProcess> {
  const port = await freePort();
  const args = [...leavesWithParent, '--conditions=react-server', 'lib/hub/worker-main.ts'];
  const child = spawn(process.execPath, args, {
    cwd: path.join(import.meta.dirname, '../../..'),
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      DATABASE_URL_WORKER: urls.workerUrl,
      DATABASE_URL_WORKER_SESSION: urls.workerUrl,
      SEAL_WORKER_PRIVATE_KEY: keys.worker.privateKey,
      SEAL_GATEWAY_PUBLIC_KEY: keys.gateway.publicKey,
      WORKER_HEALTH_PORT: String(port),
      ...env,
    },
  });
  const lines: string[] = [];
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  await readyLine(child, lines, exited);
  return {
    pid: child.pid ?? 0,
    lines,
    exited,
    kill: (signal) => child.kill(signal),
    health: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health`);
      return (await answer.json()) as { status: string; mode: string };
    },
  };
}

function readyLine(child: ChildProcess, lines: string[], exited: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line === '{"ready":true}') resolve();
      });
    }
    void exited.then(() => reject(new Error(`The worker ended: ${lines.join('\n')}`)));
  });
}
