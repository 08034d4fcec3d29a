import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const readyDeadlineMs = 300_000;
const stopDeadlineMs = 40_000;

/** What the supervisor says about itself; written anew whenever a part is started again. */
export interface Runtime {
  supervisor: number;
  pids: Record<string, number>;
  /** Where the sandbox is steered and asked for the truth. */
  sandbox: { url: string; controlToken: string };
}

export interface RunningHub {
  origin: string;
  port: number;
  stateDir: string;
  sandbox: Runtime['sandbox'];
  pid: number;
  /** As it is at this moment. */
  runtime: () => Runtime;
  log: () => string;
  stop: () => Promise<void>;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Starts the hub as a user does, `npm start`'s own script, with a port and a state of its own. */
export async function startHub(
  options: { stateDir?: string; port?: number; env?: Record<string, string> } = {},
): Promise<RunningHub> {
  const port = options.port ?? (await freePort());
  const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'patchbay-e2e-'));
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: root,
    // A terminal's Ctrl-C must not reach it: the test stops it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      PATCHBAY_STATE_DIR: stateDir,
      ...options.env,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const origin = `http://127.0.0.1:${port}`;
  try {
    await waitForReady(child, origin, () => log);
  } catch (error) {
    await stop(child);
    throw error;
  }
  const runtime = () => JSON.parse(readFileSync(join(stateDir, 'runtime.json'), 'utf8')) as Runtime;
  return {
    origin,
    port,
    stateDir,
    sandbox: runtime().sandbox,
    pid: child.pid ?? 0,
    runtime,
    log: () => log,
    stop: () => stop(child),
  };
}

async function waitForReady(child: ChildProcess, origin: string, log: () => string): Promise<void> {
  const deadline = Date.now() + readyDeadlineMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The hub did not start:\n${log().slice(-4000)}`);
    const answer = await fetch(`${origin}/api/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`The hub was not ready in time:\n${log().slice(-4000)}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || !child.pid) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGINT');
  const timer = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), stopDeadlineMs);
  await gone;
  clearTimeout(timer);
}

const sharedFile = join(tmpdir(), `patchbay-e2e-${process.ppid}.json`);

/** Services of the operator's own that run beside the hub. */
export interface Neighbours {
  /** Where the ticket service answers. */
  tickets: string;
  /** Who is told of changes. */
  listener: string;
}

type SharedHub = Pick<RunningHub, 'origin' | 'stateDir' | 'sandbox'> & { neighbours: Neighbours };

/** The hub that global-setup started, for test files in their own processes. */
export function shareHub(hub: RunningHub, neighbours: Neighbours): () => void {
  const { origin, stateDir, sandbox } = hub;
  writeFileSync(
    sharedFile,
    JSON.stringify({ origin, stateDir, sandbox, neighbours } satisfies SharedHub),
  );
  process.env['PATCHBAY_E2E_HUB'] = sharedFile;
  return () => rmSync(sharedFile, { force: true });
}

export function sharedHub(): SharedHub {
  const file = process.env['PATCHBAY_E2E_HUB'];
  if (!file) throw new Error('global-setup has not started a hub');
  return JSON.parse(readFileSync(file, 'utf8')) as SharedHub;
}
