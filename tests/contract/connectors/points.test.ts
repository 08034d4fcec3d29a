import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { conformance } from '#lib/hub/conformance';
import { makeBench } from './bench.ts';
import type { ContractEntry } from './contract-entry.ts';
import { mistakes, type Planted } from './planted-mistakes.ts';
import { points } from './points.ts';

const worlds = new Map<string, Promise<Planted>>();

/** One running provider per connector, for all the mistakes planted in it. */
function soundOf(name: string): Promise<Planted> {
  const open = async (): Promise<Planted> => {
    const file = join(import.meta.dirname, `${name.replaceAll('_', '-')}.entry.ts`);
    const { entry } = (await import(/* @vite-ignore */ file)) as { entry: ContractEntry };
    return { entry, world: await entry.start() };
  };
  const present = worlds.get(name) ?? open();
  worlds.set(name, present);
  return present;
}

const earned = points.map((point) => {
  const name = Object.keys(conformance).find(
    (candidate) => (conformance[candidate]?.[point.id] ?? 'unproven') !== 'unproven',
  );
  return { point, id: point.id, name };
});

/** A test that cannot fail proves nothing: each point must catch the mistake it is there for. */
describe('the points themselves', () => {
  afterAll(async () => {
    for (const { world } of await Promise.all(worlds.values())) await world.dispose();
  });

  it('have a planted mistake each', () => {
    expect(Object.keys(mistakes).sort()).toEqual(points.map(({ id }) => id).sort());
  });

  it.each(earned.filter(({ name }) => name !== undefined))(
    '$id catches its mistake in $name',
    async ({ point, name }) => {
      const plant = mistakes[point.id];
      if (!plant || name === undefined) throw new Error(`No mistake for ${point.id}`);
      const { entry, world } = plant(await soundOf(name));
      expect(point.isClaimed(entry)).toBe(true);
      const proving = Promise.resolve(makeBench(entry, world)).then(point.prove);
      await expect(proving).rejects.toBeInstanceOf(Error);
    },
  );
});
