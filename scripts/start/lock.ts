import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Holder {
  pid: number;
  /** When the process began, as the system counts; a reused pid has another. */
  startedAt: string;
  port: number;
}

/** Field 22 of /proc/<pid>/stat; elsewhere the pid alone has to do. */
function beginning(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch {
    return null;
  }
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return 'unknown';
  const text = readFileSync(stat, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown';
}

/**
 * One supervisor a folder. A lock whose holder is gone (killed, machine restarted) does not count.
 * Throws a sentence when another one runs.
 */
export function takeLock(stateDir: string, port: number): () => void {
  const file = join(stateDir, 'supervisor.lock');
  const own: Holder = { pid: process.pid, startedAt: beginning(process.pid) ?? 'unknown', port };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = findHolder(stateDir);
      if (holder) {
        throw new Error(
          `Patchbay already runs in this folder (process ${holder.pid}): open http://localhost:${holder.port}, or stop that one first.`,
        );
      }
      rmSync(file, { force: true });
    }
  }
  throw new Error('Two starts of Patchbay in this folder met; start it once more.');
}

/** The supervisor that runs in this folder now. */
export function findHolder(stateDir: string): Holder | null {
  const holder = readHolder(join(stateDir, 'supervisor.lock'));
  return holder && beginning(holder.pid) === holder.startedAt ? holder : null;
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    // Half written by a process that was killed: nobody holds it.
    return null;
  }
}
