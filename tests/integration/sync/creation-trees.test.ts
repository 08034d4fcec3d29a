import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import { FlowTrial, issue } from './flow-trial.ts';
import type { Bug } from './model/bugs.ts';
import { mapRows } from './model/intercept.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';

let at: ModelDatabase;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterAll(() => at.close());

const size = 6;
interface Forest {
  /** The place of each object's parent among those before it; null: it has none. */
  parents: readonly (number | null)[];
  /** In which order the objects appear. */
  order: readonly number[];
}
const forests: fc.Arbitrary<Forest> = fc.record({
  parents: fc.tuple(
    ...Array.from({ length: size }, (_, n) =>
      n === 0 ? fc.constant(null) : fc.option(fc.nat({ max: n - 1 }), { freq: 4 }),
    ),
  ),
  order: fc.shuffledSubarray(
    Array.from({ length: size }, (_, n) => n),
    { minLength: size },
  ),
});

/** What is wrong at the other side once all that appeared at one has been made there. */
async function play({ parents, order }: Forest, bug: Bug | null = null): Promise<string[]> {
  const flow = await FlowTrial.begin(at, [{}, {}], bug);
  try {
    const titleOf = (n: number) => `Object ${n}`;
    for (const n of order) {
      const parent = parents[n] ?? null;
      const fields = {
        ...issue,
        title: titleOf(n),
        ...(parent === null ? {} : { parent: `${parent}` }),
      };
      flow.side(0).remote.create(`${n}`, fields);
    }
    // A round for each generation, and one for what follows the call.
    await flow.work(size + 2);
    const { made, objects } = flow.side(1).remote;
    const placeOf = (n: number) => made.findIndex(({ fields }) => fields['title'] === titleOf(n));
    const wrong = made.length === size ? [] : [`${made.length} of ${size} were made`];
    for (const [n, parent] of parents.entries()) {
      const own = made[placeOf(n)];
      if (!own) continue;
      const named = objects.get(own.id)?.fields['parent'] ?? null;
      const wanted = parent === null ? null : (made[placeOf(parent)]?.id ?? null);
      if (named !== wanted)
        wrong.push(`${n} has the parent ${JSON.stringify(named)}, not ${wanted}`);
      if (parent !== null && placeOf(parent) > placeOf(n)) wrong.push(`${n} is before its parent`);
    }
    return wrong;
  } finally {
    await flow.end();
  }
}

/** Nobody waits for a parent that is still to be made. */
const impatient: Bug = {
  db: (living) =>
    mapRows(
      living,
      (text) => text.includes('as name_there'),
      (row) => ({ ...row, is_owed: false }),
    ),
};

describe('objects with parents, whatever the order they appear in', () => {
  const numRuns = isLong ? 300 : 4;
  it('are made after their parents, and named by what those are called there', async () => {
    const property = fc.asyncProperty(forests, async (forest) => {
      expect(await play(forest)).toEqual([]);
    });
    await fc.assert(property, { numRuns, ...(isLong ? {} : { seed: 29 }) });
  }, 3_600_000);

  it('would be seen to be made too early', async () => {
    const children: Forest = { parents: [null, 0, 1, 0, 2, 1], order: [5, 4, 3, 2, 1, 0] };
    expect(await play(children)).toEqual([]);
    expect(await play(children, impatient)).not.toEqual([]);
  });
});
