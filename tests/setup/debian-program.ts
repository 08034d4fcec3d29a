import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';

const cache = join(import.meta.dirname, '../../node_modules/.cache/debian');

export interface Program {
  path: string;
  /** Where its libraries lie. */
  env: Record<string, string>;
}

/**
 * A program of Debian's packages in a folder of its own: downloaded and unpacked once, without root
 * and without installing anything. Throws with a sentence where apt cannot be asked.
 */
export function debianProgram(name: string, packages: readonly string[], inside: string): Program {
  const folder = join(cache, name);
  if (!existsSync(join(folder, inside))) unpack(name, packages, folder);
  return {
    path: join(folder, inside),
    env: { LD_LIBRARY_PATH: libraries(folder).join(':') },
  };
}

function unpack(name: string, packages: readonly string[], folder: string): void {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg-deb')) {
    throw new Error(`${name} comes from Debian’s packages, and this is no Debian.`);
  }
  mkdirSync(cache, { recursive: true });
  const part = mkdtempSync(join(cache, `${name}-`));
  try {
    must('apt-get', ['download', '-q', ...packages], part);
    for (const file of readdirSync(part).filter((entry) => entry.endsWith('.deb'))) {
      must('dpkg-deb', ['-x', file, join(part, 'tree')], part);
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(part, 'tree'), folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

const libraries = (folder: string): string[] =>
  ['usr/lib', 'lib'].flatMap((place) => {
    const root = join(folder, place);
    if (!existsSync(root)) return [];
    const inner = readdirSync(root).filter((entry) => entry.endsWith('-linux-gnu'));
    return [root, ...inner.map((entry) => join(root, entry))];
  });

/** Somewhere another user may read it, too: programs that refuse to be root need that. */
export function copyProgram(program: Program, to: string): Program {
  const env = { LD_LIBRARY_PATH: join(to, 'libs') };
  mkdirSync(env.LD_LIBRARY_PATH, { recursive: true, mode: 0o755 });
  for (const from of program.env['LD_LIBRARY_PATH']?.split(':') ?? []) {
    for (const file of readdirSync(from).filter((entry) => entry.includes('.so'))) {
      copyFileSync(realpathSync(join(from, file)), join(env.LD_LIBRARY_PATH, file));
    }
  }
  const path = join(to, 'program');
  copyFileSync(program.path, path);
  return { path, env };
}

function must(command: string, args: readonly string[], cwd: string): void {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}`);
}
