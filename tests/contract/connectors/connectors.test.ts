import { globSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformance, pointTitles, realServices } from '#lib/hub/conformance';
import { connectors } from '#lib/hub/connectors';
import { type Bench, makeBench } from './bench.ts';
import { type Score, titles, writeConformance } from './conformance-file.ts';
import type { ContractEntry, ContractWorld } from './contract-entry.ts';
import { judge } from './judge.ts';
import { points } from './points.ts';
import { readRecords } from './recorded.ts';

const files = globSync('*.entry.ts', { cwd: import.meta.dirname }).sort();
const entries = await Promise.all(
  files.map(
    async (file) =>
      (await import(/* @vite-ignore */ join(import.meta.dirname, file))) as {
        entry: ContractEntry;
      },
  ),
);
const recorded = readRecords();
const scores: Record<string, Score> = {};

/** Every connector, every point: what passes here is what the catalogue and the README may say. */
describe.each(entries.map(({ entry }) => ({ entry, name: entry.connector.manifest.name })))(
  'the connector $name',
  ({ entry, name }) => {
    let world: ContractWorld;
    let bench: Bench;
    const score: Score = {};
    scores[name] = score;

    beforeAll(async () => {
      world = await entry.start();
      bench = makeBench(entry, world);
    });
    afterAll(() => world?.dispose());

    it.each(points)('$id: $title', async (point) => {
      const proof = await judge(point, entry, bench);
      if (proof !== null) score[point.id] = proof;
      expect(proof).not.toBe('');
    });
  },
);

describe('the table of what was proven', () => {
  it('has a row for every connector of the hub', () => {
    const known = connectors.list().map(({ manifest }) => manifest.name);
    expect(Object.keys({ ...scores, ...recorded.scores })).toEqual(expect.arrayContaining(known));
  });

  it('is what this run found', () => {
    const isNew = process.env['UPDATE_CONFORMANCE'] === '1';
    const all = { ...scores, ...recorded.scores };
    expect(all).toEqual(isNew ? writeConformance(all, recorded.services) : conformance);
    expect(recorded.services).toEqual(isNew ? recorded.services : realServices);
    expect(titles).toEqual(isNew ? titles : pointTitles);
  });
});
