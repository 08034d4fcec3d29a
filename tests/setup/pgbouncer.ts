import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyProgram, debianProgram } from './debian-program.ts';

export interface Pooler {
  /** The same database and login, through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

const packages = ['pgbouncer', 'libc-ares2', 'libevent-2.1-7'];
/** It refuses to be root. */
const nobody = 65_534;

/** Debian's pgbouncer in transaction mode before the PostgreSQL of these URLs, on loopback. */
export async function startPgbouncer(urls: readonly string[]): Promise<Pooler> {
  const home = mkdtempSync(join(tmpdir(), 'pgbouncer-'));
  chmodSync(home, 0o755);
  const program = copyProgram(debianProgram('pgbouncer', packages, 'usr/sbin/pgbouncer'), home);
  const port = await freePort();
  const targets = urls.map((url) => new URL(url));
  const users = targets.map((url) => `"${url.username}" "${decodeURIComponent(url.password)}"`);
  const [config, userlist] = [join(home, 'pgbouncer.ini'), join(home, 'userlist.txt')];
  writeFileSync(userlist, `${users.join('\n')}\n`, { mode: 0o600 });
  writeFileSync(
    config,
    `[databases]
* = host=${targets[0]?.hostname} port=${targets[0]?.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${userlist}
pool_mode = transaction
default_pool_size = 8
max_client_conn = 200
`,
    { mode: 0o600 },
  );
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const file of [config, userlist]) chownSync(file, nobody, nobody);
  const child = spawn(program.path, [config], {
    env: { ...process.env, ...program.env },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const ended = once(child, 'exit');
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended: ${said}`);
  }
  return {
    through: (url) => {
      const pooled = new URL(url);
      pooled.hostname = '127.0.0.1';
      pooled.port = String(port);
      return pooled.toString();
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => setTimeout(() => resolve(false), 50));
  });
}
