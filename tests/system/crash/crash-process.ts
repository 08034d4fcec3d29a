import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { leavesWithParent } from '../../setup/leaves-with-parent.ts';

const root = path.join(import.meta.dirname, '../../..');
/** Kept to explain a process that left by itself. */
const linesKept = 40;

export interface CrashProcess {
  /** SIGKILL, and another one in its place; resolves once that one is ready. */
  killAndFollow(): Promise<void>;
  /** Ends it for good, as an operator would. */
  stop(): Promise<void>;
  /** Ends for which nobody asked, with the last words. */
  readonly selfExits: readonly string[];
}

export interface ProcessPlan {
  name: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

/** A real process of the hub that is started again after every end. */
export async function startCrashProcess({ name, args, env }: ProcessPlan): Promise<CrashProcess> {
  const selfExits: string[] = [];
  let isEnding = false;
  let child: ChildProcess;
  let exited: Promise<void>;

  const start = async (): Promise<void> => {
    const lines: string[] = [];
    const own = spawn(
      process.execPath,
      [...leavesWithParent, '--conditions=react-server', ...args],
      {
        cwd: root,
        stdio: ['pipe', 'pipe', 'pipe'],
        env: { PATH: process.env['PATH'], ...env },
      },
    );
    child = own;
    let isReady = false;
    const ready = new Promise<void>((resolve) => {
      for (const stream of [own.stdout, own.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          lines.splice(0, lines.length - linesKept);
          if (!line.startsWith('{"ready":true')) return;
          isReady = true;
          resolve();
        });
      }
    });
    exited = new Promise((resolve) => own.once('exit', () => resolve()));
    void exited.then(() => {
      if (isEnding) return;
      selfExits.push(`${name} left by itself:\n${lines.join('\n')}`);
    });
    await Promise.race([
      ready,
      exited.then(() => {
        if (!isReady) throw new Error(`${name} did not start:\n${lines.join('\n')}`);
      }),
    ]);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    isEnding = true;
    child.kill(signal);
    await exited;
  };

  await start();
  return {
    selfExits,
    killAndFollow: async () => {
      await end('SIGKILL');
      isEnding = false;
      await start();
    },
    stop: () => end('SIGTERM'),
  };
}
