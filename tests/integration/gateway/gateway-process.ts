import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { leavesWithParent } from '../../setup/leaves-with-parent.ts';
import type { InboxFixture } from '../webhooks/inbox-fixture.ts';

export interface GatewayProcess {
  origin: string;
  port: number;
  /** Memory it holds now. */
  residentMb(): number;
  /** Its exit code and signal, or null while it runs. */
  ended(): string | null;
  stop(): Promise<void>;
}

/** The gateway as it is started, alone: behind it answers nobody. */
export async function startGatewayProcess(
  inbox: Pick<InboxFixture, 'database' | 'gatewayKey'>,
  env: Record<string, string> = {},
): Promise<GatewayProcess> {
  const port = await freePort();
  const args = [...leavesWithParent, '--conditions=react-server', 'lib/hub/gateway-main.ts'];
  const child = spawn(process.execPath, args, {
    cwd: path.join(import.meta.dirname, '../../..'),
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'test',
      LOG_LEVEL: 'error',
      PORT: String(port),
      DATABASE_URL_WEB: inbox.database.webUrl,
      SEAL_GATEWAY_PRIVATE_KEY: inbox.gatewayKey.privateKey,
      GATEWAY_TOKEN: 'a token that nothing here needs',
      WEB_URL: 'http://127.0.0.1:1',
      ...env,
    },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await ready(child, exited);
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    residentMb: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    },
    ended: () =>
      child.exitCode === null && child.signalCode === null
        ? null
        : `${child.exitCode} ${child.signalCode}`,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function ready(child: ChildProcess, exited: Promise<void>): Promise<void> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (line.includes('"ready":true')) resolve();
      });
    }
    void exited.then(() => reject(new Error(`The gateway ended: ${lines.join('\n')}`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
