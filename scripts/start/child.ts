import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { formatLine, type Speaker } from './log-lines.ts';
import { root } from './settings.ts';

export interface ChildSpec {
  name: Speaker;
  /** Arguments of Node. */
  args: string[];
  env: Record<string, string>;
  /** A line that says it is ready; without one, `isReady` is asked. */
  readyLine?: boolean;
  isReady?: () => Promise<boolean>;
}

const restartMinMs = 500;
const restartMaxMs = 15_000;
/** Alive this long, a crash counts as the first one. */
const steadyMs = 60_000;
const readyDeadlineMs = 120_000;

/**
 * One process of the hub. It lives in a session of its own, so that Ctrl-C reaches the supervisor
 * only and the order of leaving is ours; it leaves by itself when the supervisor is gone. A crash is
 * said and followed by a restart with growing pauses.
 */
export class Child {
  readonly spec: ChildSpec;
  private process: ChildProcess | null = null;
  private isStopping = false;
  private crashes = 0;
  private readonly format: 'text' | 'json';

  private readonly onStart: () => void;

  /** `onStart` is called after each start, restarts included: the pid is another one then. */
  constructor(spec: ChildSpec, format: 'text' | 'json', onStart: () => void) {
    this.spec = spec;
    this.format = format;
    this.onStart = onStart;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Starts it and waits until it is ready; rejects when it leaves before that. */
  start(): Promise<void> {
    const ready = Promise.withResolvers<void>();
    const startedAt = Date.now();
    const child = spawn(
      process.execPath,
      ['--import', join(import.meta.dirname, 'leave-with-parent.mjs'), ...this.spec.args],
      {
        cwd: root,
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
        env: this.spec.env as NodeJS.ProcessEnv,
      },
    );
    this.process = child;
    this.onStart();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (this.spec.readyLine && line.startsWith('{"ready":true')) ready.resolve();
        const text = formatLine(this.spec.name, line, this.format);
        if (text !== null) process.stdout.write(`${text}\n`);
      });
    }
    child.on('error', (error) => ready.reject(error));
    child.on('exit', (code, signal) => {
      ready.reject(
        new Error(
          `${this.spec.name} left before it was ready (${signal ?? `code ${code}`}); its lines above say why.`,
        ),
      );
      if (!this.isStopping) this.restart(startedAt, signal ?? `code ${code}`);
    });
    if (this.spec.isReady) void this.poll(this.spec.isReady, startedAt, ready);
    return ready.promise;
  }

  private async poll(
    isReady: () => Promise<boolean>,
    startedAt: number,
    ready: PromiseWithResolvers<void>,
  ): Promise<void> {
    while (Date.now() - startedAt < readyDeadlineMs && !this.isStopping) {
      if (await isReady().catch(() => false)) return ready.resolve();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    ready.reject(new Error(`${this.spec.name} was not ready within ${readyDeadlineMs / 1000} s.`));
  }

  private restart(startedAt: number, how: string): void {
    this.crashes = Date.now() - startedAt > steadyMs ? 1 : this.crashes + 1;
    const pause = Math.min(restartMaxMs, restartMinMs * 2 ** (this.crashes - 1));
    process.stdout.write(
      `${formatLine('patchbay', `${this.spec.name} left (${how}); starting it again in ${pause} ms`, this.format)}\n`,
    );
    setTimeout(() => {
      // A failure is followed by the next exit event, which restarts it again.
      if (!this.isStopping) this.start().catch(() => undefined);
    }, pause);
  }

  /** Asks it to leave, and ends it after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true;
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => this.kill(), graceMs);
    await gone;
    clearTimeout(timer);
  }

  /** At once, without asking, with whatever it started itself. */
  kill(): void {
    this.isStopping = true;
    const child = this.process;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}
