import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Bench, makeBench } from '../contract/connectors/bench.ts';
import type { Score } from '../contract/connectors/conformance-file.ts';
import { judge } from '../contract/connectors/judge.ts';
import { mistakes } from '../contract/connectors/planted-mistakes.ts';
import { points } from '../contract/connectors/points.ts';
import { hashOf, writeRecord } from '../contract/connectors/recorded.ts';
import { entryOf } from './redmine-world.ts';

const at = inject('redmine');
const entry = entryOf(at);
const score: Score = {};
const claimed = points.filter((point) => point.isClaimed(entry));

/** The contract suite, against the service itself. What it finds is recorded for those without one. */
describe(`the connector redmine at ${at.version}`, () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = makeBench(entry, await entry.start());
  });
  afterAll(() => {
    // A record of a part would take points away that were earned.
    if (Object.keys(score).length === claimed.length) {
      const date = new Date().toISOString().slice(0, 10);
      writeRecord('redmine', { service: at.version, date, connector: hashOf('redmine'), score });
    }
  });

  it.each(claimed)('$id: $title', async (point) => {
    const proof = await judge(point, entry, bench);
    if (proof !== null) score[point.id] = proof;
    expect(proof).not.toBeNull();
  });

  it.each(claimed)('$id catches its mistake there too', async (point) => {
    const plant = mistakes[point.id];
    if (!plant) throw new Error(`No mistake for ${point.id}`);
    const { entry: planted, world } = plant({ entry, world: bench.world });
    const isProvable = point.isProvable(bench);
    const proving = Promise.resolve(makeBench(planted, world)).then(point.prove);
    const isCaught = await proving.then(
      () => false,
      () => true,
    );
    expect(isCaught || !isProvable).toBe(true);
  });
});
