import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../supabase/local/free-port.ts';
import { startRedis } from '../../real/redis-server.ts';

const root = join(import.meta.dirname, '../../..');
const next = join(root, 'node_modules/next/dist/bin/next');
/** Below the root, so that packages are found, and in a folder git does not look at. */
const apps = join(root, 'test-results');
const config = `export default { turbopack: { root: ${JSON.stringify(root)} } };\n`;
const layout = `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;

export interface Cookbook {
  url: string;
  /** So that no round begins with the events of the one before. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The route of the guide, built and started as Next says, beside a Redis that writes its log. Null, with
 * a word on why, where there is no Redis to be had.
 */
export async function startCookbook(secret: string): Promise<Cookbook | null> {
  const keptIn = await mkdtemp(join(tmpdir(), 'patchbay-cookbook-'));
  const redis = await startRedis({ keptIn }).catch((error: Error) => error);
  if (redis instanceof Error) {
    process.stdout.write(`Not held against the cookbook: ${redis.message}\n`);
    return null;
  }
  const app = await buildApp();
  const port = await freePort();
  const server = spawn(process.execPath, [next, 'start', app, '-H', '127.0.0.1', '-p', `${port}`], {
    cwd: app,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      REDIS_URL: redis.url,
      BENCH_SECRET: secret,
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once('exit', () => reject(new Error('Next did not start.')));
    server.stdout.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('Ready in')) resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${port}/hook`,
    empty: () => redis.empty(),
    stop: async () => {
      server.removeAllListeners('exit');
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
      await redis.stop();
      await Promise.all([app, keptIn].map((folder) => rm(folder, { recursive: true })));
    },
  };
}

async function buildApp(): Promise<string> {
  await mkdir(apps, { recursive: true });
  const app = await mkdtemp(join(apps, 'cookbook-'));
  await mkdir(join(app, 'app/hook'), { recursive: true });
  await cp(join(import.meta.dirname, 'route.ts'), join(app, 'app/hook/route.ts'));
  await writeFile(join(app, 'app/layout.jsx'), layout);
  await writeFile(join(app, 'next.config.mjs'), config);
  await writeFile(join(app, 'package.json'), '{ "name": "cookbook", "private": true }\n');
  const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' } as const;
  await promisify(execFile)(process.execPath, [next, 'build', app], { cwd: app, env });
  return app;
}
