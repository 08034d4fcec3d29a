import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './settings.ts';

const stamp = join(root, '.next', 'patchbay-sources');
const sources = [
  'app/**/*',
  'components/**/*',
  'lib/**/*',
  'public/**/*',
  'middleware.ts',
  'instrumentation.ts',
  'instrumentation-client.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

/** Names and contents of everything the build reads; a checkout's times say nothing. */
export function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const file of globSync(sources, { cwd: folder }).sort()) {
    const path = join(folder, file);
    if (!statSync(path).isFile()) continue;
    hash.update(file).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** No secret of the surroundings, and none of .env, can end up in a page. */
function buildEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    __NEXT_PROCESSED_ENV: 'true',
    ...Object.fromEntries(
      Object.entries({ PATH, HOME, TMPDIR, LANG }).filter(([, value]) => value),
    ),
  };
}

/** Builds the pages when their sources have changed since the last build; ends with the signal. */
export async function buildPages(say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const wanted = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Building the pages (only after a change, about half a minute)…');
  const output: string[] = [];
  const code = await new Promise<number>((resolve, reject) => {
    const build = spawn(
      process.execPath,
      [join(root, 'node_modules/next/dist/bin/next'), 'build'],
      {
        cwd: root,
        env: buildEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
      },
    );
    for (const stream of [build.stdout, build.stderr])
      stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    build.on('error', reject);
    build.on('exit', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new Error(`The pages could not be built:\n${output.join('')}`);
  writeFileSync(stamp, wanted);
}
