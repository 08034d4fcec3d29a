import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withTable } from '../../../scripts/write-conformance.ts';

const root = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const scripts = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts,
);

const unique = (pattern: RegExp): string[] => [
  ...new Set([...readme.matchAll(pattern)].map((match) => match[1] ?? '')),
];

describe('the README', () => {
  it('names only commands that exist', () => {
    const named = unique(/(?:^|`|PORT=\d+ )npm (?:run )?([a-z][a-z:]*)/gm);
    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((name) => !scripts.includes(name))).toEqual([]);
  });

  it('names only settings that somebody reads, and every one of them', () => {
    const named = unique(/`([A-Z][A-Z0-9_]{3,})`/g).filter(
      (name) => !['PATCH', 'LISTEN', 'POST'].includes(name),
    );
    const code = globSync(['lib/env/*.ts', 'scripts/start/*.ts', 'lib/sandbox/config.ts'], {
      cwd: root,
    })
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !code.includes(name))).toEqual([]);
  });

  it('shows what the connectors have proven, as the contract suite found it', () => {
    expect(readme).toBe(withTable(readme));
  });

  it('links only to what is there', () => {
    const targets = unique(/\]\(((?!https?:|#)[^)]+)\)/g);
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });
});
