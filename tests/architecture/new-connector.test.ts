import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scaffold } from '../../scripts/new-connector.ts';
import { readEdges } from './edges.ts';
import { trespasses } from './rules.ts';

const root = join(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'connector-'));
const made: string[] = [];

/** A tool of ours, run on the copy; what it says stands in the error when it fails. */
const run = (tool: string, args: string[]): string =>
  execFileSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd: copy,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });

describe('a connector that was scaffolded', () => {
  beforeAll(() => {
    for (const folder of ['lib/core', 'lib/kinds', 'lib/connectors/protocol']) {
      cpSync(join(root, folder), join(copy, folder), { recursive: true });
    }
    for (const file of ['package.json', 'vitest.config.ts', 'biome.json', '.gitignore']) {
      cpSync(join(root, file), join(copy, file));
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const config = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as object;
    const narrowed = { ...config, include: ['lib/**/*.ts', 'tests/**/*.ts'] };
    writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(narrowed));
    made.push(...scaffold({ name: 'acme', provider: 'Acme & Sons', root: copy }));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('has both halves and a test', () => {
    expect(made).toEqual(
      expect.arrayContaining([
        'lib/connectors/acme/index.ts',
        'lib/connectors/acme/api.ts',
        'tests/unit/connectors/acme/acme.test.ts',
      ]),
    );
    const text = made.map((file) => readFileSync(join(copy, file), 'utf8')).join('\n');
    expect(text).not.toContain('__');
  });

  it('is typed, keeps the house in order and is clean to the linter', async () => {
    expect(run('typescript/bin/tsc', ['--noEmit', '--incremental', 'false'])).toBe('');
    const edges = await readEdges(copy, ['lib']);
    expect(edges.some(({ from }) => from === 'lib/connectors/acme/api.ts')).toBe(true);
    expect(trespasses(edges)).toEqual([]);
    const lint = run('@biomejs/biome/bin/biome', [
      'lint',
      '--error-on-warnings',
      '--vcs-enabled=false',
      'lib/connectors/acme',
    ]);
    expect(lint).toContain('No fixes applied');
  });

  it('passes its own tests', () => {
    // It throws when a test fails.
    const said = run('vitest/vitest.mjs', ['run', '--project', 'unit', '--reporter', 'dot']);
    expect(Number(/Tests +(\d+) passed/.exec(said)?.[1])).toBeGreaterThan(10);
  });

  it('is not written over, and has a name that addresses can hold', () => {
    const again = () => scaffold({ name: 'acme', provider: 'Acme', root: copy });
    expect(again).toThrow(/is there already/);
    for (const name of ['', 'A', 'a-b', '../x', 'a'.repeat(31)]) {
      expect(() => scaffold({ name, provider: 'Acme', root: copy })).toThrow(/lower-case letters/);
    }
  });
});
