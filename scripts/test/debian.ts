import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const pgtapControl = '/usr/share/postgresql/15/extension/pgtap.control';
export const chromium = (): string | null =>
  [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path): path is string => path !== undefined && existsSync(path)) ?? null;

const isRoot = process.getuid?.() === 0;

/**
 * The browser and PostgreSQL 15 with pgTAP come from Debian's packages when we may install them.
 * Otherwise what is missing is named in one sentence with the remedy, and its part fails.
 */
export function ensureDebianPackages(): void {
  const missing = [
    ...(chromium() ? [] : ['chromium']),
    ...(existsSync(pgtapControl) ? [] : ['postgresql-15', 'postgresql-15-pgtap']),
    ...(existsSync('/usr/bin/pg_prove') ? [] : ['libtap-parser-sourcehandler-pgtap-perl']),
  ];
  if (missing.length === 0) return;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) {
    console.log(
      `Not installed: ${missing.join(', ')}. Install them (Debian: apt-get install ${missing.join(' ')}) and run again.`,
    );
    return;
  }
  console.log(`Installing ${missing.join(', ')} from Debian’s packages…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  // A cluster of its own is started for the tests; Debian's need not be made.
  if (!apt('install', '-y', '-q', '--no-install-recommends', ...missing)) {
    apt('update', '-q');
    apt('install', '-y', '-q', '--no-install-recommends', ...missing);
  }
}
