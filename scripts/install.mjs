// What a machine with only Node 20 and npm needs before anything else can run. Plain JavaScript,
// because the Node that is installed may be too old to read TypeScript.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** The oldest Node that runs TypeScript as it is and that our libraries take. */
const majorNeeded = 24;

const stamp = join(root, 'node_modules', '.patchbay-lock');
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/**
 * Installs exactly what the lock file says, when that has not happened yet. No install script runs.
 * With what npm calls development, also under NODE_ENV=production: the pages are built here.
 */
export function install(say = console.log) {
  const isInstalled = existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();
  if (isInstalled) return;
  say('Installing packages (once, about a minute)…');
  const done = spawnSync(
    process.platform === 'win32' ? 'npm.cmd' : 'npm',
    ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (done.status !== 0) {
    throw new Error(
      'npm could not install the packages: see its message above, mend it and start again.',
    );
  }
  writeFileSync(stamp, lockHash());
}

/** Path of a Node ≥ 24: the one that runs, or the one that came as a package. */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= majorNeeded) return process.execPath;
  const bundled = join(
    root,
    'node_modules',
    '.bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(bundled)) return bundled;
  throw new Error(
    `Patchbay needs Node ${majorNeeded} or newer, this is ${process.version}, and no Node comes as a package for ` +
      `${process.platform}-${process.arch}: install Node ${majorNeeded} from nodejs.org and start again.`,
  );
}

/** The environment in which every tool finds that Node first. */
export function toolEnvironment() {
  return {
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
    NEXT_TELEMETRY_DISABLED: '1',
    SUPABASE_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  };
}
