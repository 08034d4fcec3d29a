import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  canReach,
  copyNative,
  hydrateLibraries,
  installedNativeDir,
  unprivilegedUser,
} from './platform.ts';
import { isRoot } from './postgres-process.ts';

/**
 * Where a state directory's PostgreSQL lives.
 *
 * Ordinarily `<stateDir>/postgres`. As root PostgreSQL must run as another user, who cannot enter a
 * clone below a 0700 folder such as /root; opening that folder to everybody would be worse than
 * moving, so the data then lives in /var/lib/patchbay-<hash of the state directory> and a pointer
 * file in the state directory says so, for the next start and for `npm run reset`.
 */
export interface PostgresHome {
  /** Holds data, superuser password, log, and a copy of the server if one is needed. */
  home: string;
  dataDir: string;
}

const pointerName = 'postgres-home';
const ownerName = 'belongs-to';

export async function postgresHome(options: { stateDir: string }): Promise<PostgresHome> {
  await mkdir(options.stateDir, { recursive: true, mode: 0o711 });
  const stateDir = await realpath(options.stateDir);
  const home = (await movedHome(stateDir)) ?? (await chooseHome(stateDir));
  return { home, dataDir: path.join(home, 'data') };
}

/** Deletes data, password and copied server of a state directory; the server must be stopped. */
export async function removePostgres(options: { stateDir: string }): Promise<void> {
  const stateDir = await realpath(options.stateDir).catch(() => undefined);
  if (stateDir === undefined) return;
  const moved = await movedHome(stateDir);
  if (moved !== undefined) await rm(moved, { recursive: true, force: true });
  await rm(path.join(stateDir, pointerName), { force: true });
  await rm(path.join(stateDir, 'postgres'), { recursive: true, force: true });
}

/** The pointer's target, unless the state directory is a copy of another one that still uses it. */
async function movedHome(stateDir: string): Promise<string | undefined> {
  const home = await readFile(path.join(stateDir, pointerName), 'utf8').catch(() => undefined);
  if (home === undefined) return undefined;
  const owner = await readFile(path.join(home, ownerName), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new Error(
        `The database of this folder was made by root and lives in ${home}: start as root again, or remove ${home} as root and run "npm run reset".`,
        { cause: error },
      );
    },
  );
  if (owner === undefined) return undefined;
  if (owner !== stateDir) {
    const stillUsed = await readFile(path.join(owner, pointerName), 'utf8').catch(() => undefined);
    if (stillUsed === home) return undefined;
    await writeFile(path.join(home, ownerName), stateDir);
  }
  return home;
}

async function chooseHome(stateDir: string): Promise<string> {
  const inside = path.join(stateDir, 'postgres');
  await mkdir(inside, { recursive: true, mode: 0o711 });
  if (!isRoot()) return inside;
  const user = await unprivilegedUser();
  // Only r-x for others is probed, and only of this folder: it holds nothing but 0600/0700 entries.
  await chmod(inside, 0o755);
  if (canReach(inside, user)) return inside;
  await rm(inside, { recursive: true, force: true });
  const hash = createHash('sha256').update(stateDir).digest('hex').slice(0, 12);
  const home = path.join('/var/lib', `patchbay-${hash}`);
  await mkdir(home, { recursive: true, mode: 0o755 });
  await writeFile(path.join(home, ownerName), stateDir);
  await writeFile(path.join(stateDir, pointerName), home);
  return home;
}

/** The server's programs, where whoever runs PostgreSQL can execute them. */
export async function reachableNative(
  home: string,
  user: { name: string; uid: number; gid: number } | undefined,
): Promise<string> {
  const installed = installedNativeDir();
  await hydrateLibraries(installed);
  if (user === undefined || canReach(path.join(installed, 'lib'), user)) return installed;
  const copy = await copyNative(installed, path.join(home, 'server'));
  await stat(copy);
  return copy;
}
