import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Edge, readEdges } from './edges.ts';
import { forbiddenReach, roomCycles, trespasses } from './rules.ts';

const root = join(import.meta.dirname, '../..');

describe('the house', () => {
  let edges: Edge[] = [];
  beforeAll(async () => {
    edges = await readEdges(root);
  }, 60_000);

  it('is read whole: well-known imports are seen', () => {
    expect(edges.length).toBeGreaterThan(300);
    expect(edges).toContainEqual({ from: 'lib/kinds/task.ts', to: 'lib/core/index.ts' });
    expect(
      edges.some(({ from, to }) => from.startsWith('components/') && to === 'lib/live/index.ts'),
    ).toBe(true);
  });

  it('has no room entered by another that may not, and none but by its door', () => {
    expect(trespasses(edges)).toEqual([]);
  });

  it('keeps opening doors and provider calls out of reach of web and gateway', () => {
    expect(forbiddenReach(edges)).toEqual([]);
  });

  it('has no cycle between rooms', () => {
    expect(roomCycles(edges)).toEqual([]);
  });
});

describe('the proof of the house', () => {
  const copy = mkdtempSync(join(tmpdir(), 'house-'));
  const plant = (file: string, text: string) => {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  };

  beforeAll(() => {
    cpSync(join(root, 'lib'), join(copy, 'lib'), { recursive: true });
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it.each([
    [
      'a room entered against the table',
      'lib/core/planted.ts',
      "import '#lib/db/index';\n",
      /core may not/,
    ],
    [
      'a door passed by',
      'lib/records/planted.ts',
      "import '#lib/db/connect';\n",
      /not by its door/,
    ],
    [
      'a connector that enters another',
      'lib/connectors/planted/map.ts',
      "import '#lib/connectors/github/index';\n",
      /may not/,
    ],
    [
      'a type-only import',
      'lib/kinds/planted.ts',
      "import type { Db } from '#lib/db/index';\nexport type X = Db;\n",
      /kinds may not/,
    ],
    [
      'a component that reads the database',
      'components/planted.tsx',
      "import '@/lib/db/index';\n",
      /components may not/,
    ],
    [
      'a room nobody declared',
      'lib/planted/index.ts',
      "import '#lib/core/index';\n",
      /not in the table/,
    ],
  ])('catches %s', async (_name, file, text, reason) => {
    plant(file, text);
    const found = trespasses(await readEdges(copy, ['lib', 'components']));
    rmSync(join(copy, file));
    expect(found.some((sentence) => sentence.startsWith(file) && reason.test(sentence))).toBe(true);
  });

  it.each([
    [
      'web reaching the opening door by three steps',
      [
        'lib/hub/web.ts',
        'lib/connections/index.ts',
        'lib/connections/refresh.ts',
        'lib/security/open.ts',
      ],
    ],
    [
      'the gateway reaching a provider call',
      ['lib/hub/gateway.ts', 'lib/hub/connector-apis.ts', 'lib/connectors/github/api.ts'],
    ],
    ['a page reaching the sandbox', ['app/page.tsx', 'lib/hub/web.ts', 'lib/sandbox/index.ts']],
  ])('catches %s', (_name, path) => {
    const planted = path.slice(1).map((to, index) => ({ from: path[index] ?? '', to }));
    expect(forbiddenReach(planted)).not.toEqual([]);
  });

  it('catches a cycle over three rooms', () => {
    const planted = [
      { from: 'lib/records/a.ts', to: 'lib/sync/index.ts' },
      { from: 'lib/sync/b.ts', to: 'lib/connections/index.ts' },
      { from: 'lib/connections/c.ts', to: 'lib/records/index.ts' },
    ];
    expect(roomCycles(planted)).toEqual(
      expect.arrayContaining([expect.stringMatching(/connections.*records.*sync/)]),
    );
  });
});
