import { readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A fast shutdown writes a checkpoint; on a slow disk that takes a while. */
const stopDeadlineMs = 30_000;
const killDeadlineMs = 10_000;
const pollMs = 25;

export const isRoot = (): boolean => process.getuid?.() === 0;

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export async function waitUntilGone(pid: number, deadlineMs: number): Promise<boolean> {
  const end = Date.now() + deadlineMs;
  while (isAlive(pid)) {
    if (Date.now() > end) return false;
    await delay(pollMs);
  }
  return true;
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one, as if the power had failed. */
export async function stopServer(pid: number): Promise<void> {
  signal(pid, 'SIGINT');
  if (await waitUntilGone(pid, stopDeadlineMs)) return;
  signal(pid, 'SIGQUIT');
  if (await waitUntilGone(pid, killDeadlineMs)) return;
  throw new Error(`PostgreSQL (process ${pid}) does not stop: end it with "kill -QUIT ${pid}".`);
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Processes of a server on that data directory. Every PostgreSQL process works in its data
 * directory, so on Linux /proc answers for certain; elsewhere only postmaster.pid is asked, whose
 * process may be somebody else's by now, and `ps` must then name the directory.
 */
async function processesIn(dataDir: string): Promise<number[]> {
  const directory = await realpath(dataDir);
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found: number[] = [];
  for (const pid of pids) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    const name =
      cwd === directory ? await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '') : '';
    if (name.startsWith('postgres')) found.push(pid);
  }
  return found;
}

export interface PidFile {
  pid: number;
  port: number;
}

export async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  const text = await readFile(path.join(dataDir, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const lines = text?.split('\n') ?? [];
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, port: Number(lines[3]) } : undefined;
}

const starterFile = (home: string): string => path.join(home, 'started-by');

export async function recordStarter(home: string): Promise<void> {
  await writeFile(starterFile(home), `${process.pid} ${await birthOf(process.pid)}`);
}

/** Linux tells when a process began, which unmasks a number that was given out again. */
async function birthOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function livingStarter(home: string): Promise<number | undefined> {
  const text = await readFile(starterFile(home), 'utf8').catch(() => '');
  const [pidText, birth = ''] = text.split(' ');
  const pid = Number(pidText);
  if (!(pid > 0) || pid === process.pid || !isAlive(pid)) return undefined;
  return (await birthOf(pid)) === birth ? pid : undefined;
}

/**
 * Ends what a killed supervisor left running on this data directory, and drops a pid file that
 * names a dead or foreign process. A server whose supervisor lives is left alone: that is an error.
 */
export async function clearLeftovers(home: string, dataDir: string): Promise<void> {
  const pidFile = await readPidFile(dataDir);
  if (process.platform !== 'linux') {
    if (pidFile && isAlive(pidFile.pid)) {
      throw new Error(
        `PostgreSQL already runs on ${dataDir} (process ${pidFile.pid}): stop it with "kill -INT ${pidFile.pid}".`,
      );
    }
    return;
  }
  const running = await processesIn(dataDir);
  if (running.length > 0) {
    const starter = await livingStarter(home);
    if (starter !== undefined) {
      throw new Error(
        `Patchbay already runs from this folder (process ${starter}): stop it first, or use the one that runs.`,
      );
    }
  }
  if (pidFile && running.includes(pidFile.pid)) await stopServer(pidFile.pid);
  // Without their postmaster backends leave by themselves, but only when they next look up.
  for (const pid of running) {
    if (!(await waitUntilGone(pid, killDeadlineMs))) signal(pid, 'SIGQUIT');
    if (!(await waitUntilGone(pid, killDeadlineMs))) {
      throw new Error(
        `A PostgreSQL process (${pid}) hangs on ${dataDir}: end it with "kill ${pid}".`,
      );
    }
  }
  if (pidFile) await rm(path.join(dataDir, 'postmaster.pid'), { force: true });
}
