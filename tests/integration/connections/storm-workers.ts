import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { IssuerWorld } from './issuer-world.ts';

/** What a process is told: so many demands of each connection, at a moment that lies so far ahead. */
export interface StormOrder {
  ids: readonly string[];
  callers: number;
  passedMs: number;
}

export interface StormReport {
  served: number;
  faults: string[];
}

export interface StormWorker {
  pid: number;
  serve(order: StormOrder): Promise<StormReport>;
  stop(): Promise<void>;
}

/** A process of its own, with its own memory, pool and key. */
export async function startStormWorker(place: IssuerWorld): Promise<StormWorker> {
  const script = path.join(import.meta.dirname, 'storm-process.ts');
  const child = spawn(process.execPath, ['--conditions=react-server', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL_WORKER: place.world.database.workerUrl,
      ISSUER_URL: place.issuer.url,
      SEAL_WORKER_PRIVATE_KEY: place.world.privateKey,
      WORKSPACE_ID: place.world.owner.workspaceId,
    },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  const next = (): Promise<string> =>
    Promise.race([
      new Promise<string>((resolve) => waiting.push(resolve)),
      exited.then(() => Promise.reject(new Error('A worker of the storm ended'))),
    ]);
  await next();
  return {
    pid: child.pid ?? 0,
    async serve(order) {
      const answer = next();
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return JSON.parse(await answer) as StormReport;
    },
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
