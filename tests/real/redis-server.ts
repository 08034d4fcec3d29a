import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';

/** Debian's packages, unpacked into a folder of their own; nothing of the machine is changed. */
const folder = join(import.meta.dirname, '../../node_modules/.cache/redis');
const ready = join(folder, 'ready');
const packages = ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

export interface RunningRedis {
  url: string;
  version: string;
  /** Throws everything away that is in it. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A real redis-server on loopback with nothing in it. It keeps nothing, or, in the folder given, a log
 * that goes to the disk every second.
 */
export async function startRedis({ keptIn }: { keptIn?: string } = {}): Promise<RunningRedis> {
  installRedis();
  const port = await freePort();
  // The server and its checkers are one binary; what it is called decides.
  const keeping = keptIn
    ? ['--appendonly', 'yes', '--appendfsync', 'everysec', '--dir', keptIn]
    : ['--appendonly', 'no'];
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', ...keeping];
  const env = { ...process.env, LD_LIBRARY_PATH: libraries() };
  const server = spawn(join(folder, 'usr/bin/redis-check-rdb'), args, {
    argv0: 'redis-server',
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.once('exit', () => reject(new Error(`redis-server stopped by itself: ${said}`)));
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Ready to accept connections')) resolve();
    });
  });
  const version = /Redis version=([\d.]+)/.exec(said)?.[1] ?? 'unknown';
  return {
    url: `redis://127.0.0.1:${port}`,
    version,
    empty: () => emptyRedis(port),
    stop: () =>
      new Promise((resolve) => {
        server.removeAllListeners('exit');
        server.once('exit', () => resolve());
        server.kill();
      }),
  };
}

/** One command needs no client. */
function emptyRedis(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('FLUSHALL\r\n'));
    socket.once('error', reject);
    socket.once('data', (answer: Buffer) => {
      socket.destroy();
      if (answer.toString().startsWith('+OK')) resolve();
      else reject(new Error(answer.toString()));
    });
  });
}

function installRedis(): void {
  if (existsSync(ready)) return;
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error('A real Redis is taken from Debian’s packages: on Debian.');
  }
  process.stdout.write('Unpacking Redis from Debian’s packages into a folder of its own…\n');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  must('apt-get', ['download', '-q', ...packages]);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    must('dpkg', ['-x', file, '.']);
  }
  writeFileSync(ready, '');
}

const libraries = (): string =>
  readdirSync(join(folder, 'usr/lib'))
    .map((name) => join(folder, 'usr/lib', name))
    .join(':');

function must(command: string, args: string[]): void {
  const done = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
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
