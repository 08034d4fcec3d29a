import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import type { FlowTrial } from './flow-trial.ts';
import type { Bug } from './model/bugs.ts';
import { mapRows } from './model/intercept.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { beginPlaced, names, parentOf, place, titleOf, told } from './reference-trial.ts';

let at: ModelDatabase;
let flow: FlowTrial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

interface Step {
  side: number;
  child: number;
  parent: number | null;
  works: boolean;
}
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    side: fc.nat({ max: 1 }),
    child: fc.nat({ max: names.length - 1 }),
    parent: fc.option(fc.nat({ max: names.length - 1 }), { freq: 4 }),
    works: fc.boolean(),
  }),
  { minLength: 1, maxLength: 10 },
);

/** What is wrong once everybody has placed objects under others as they liked. */
async function play(given: readonly Step[], bug: Bug | null = null): Promise<string[]> {
  flow = await beginPlaced(at, names.length, bug);
  const { sides } = flow;
  const wrong: string[] = [];
  const wanted = new Map<string, Set<string | null>>(
    names.map((title) => [title, new Set([null])]),
  );
  for (const { side: n, child, parent, works } of given) {
    const [side, title] = [flow.side(n), names[child]];
    const name = parent === null || parent === child ? null : (names[parent] ?? null);
    if (title === undefined) continue;
    place(side, title, name);
    wanted.get(title)?.add(name);
    if (works) await flow.work(2);
  }
  await flow.work(6);
  for (const side of sides) {
    for (const { id, patch } of side.remote.writes.filter(({ by }) => by === 'hub')) {
      const title = titleOf(side, id) ?? '';
      const said = titleOf(side, patch['parent']);
      if (!wanted.get(title)?.has(said)) wrong.push(`${title} was put under ${said ?? 'nothing'}`);
    }
  }
  const asked = await flow.trial.admin`
    select distinct r.data ->> 'title' as title from public.conflicts c
    join public.records r on r.id = c.record_id
    where c.workspace_id = ${flow.trial.owner.workspaceId} and c.status = 'open'`;
  const open = asked.map((row) => String(row['title']));
  for (const title of names.filter((name) => !open.includes(name))) {
    const [one, two] = sides.map((side) => parentOf(side, title));
    if (one !== two) wrong.push(`${title}: ${JSON.stringify([one, two])}`);
  }
  const calls = sides.map((side) => told(side).length);
  await flow.work(3);
  const later = sides.map((side) => told(side).length);
  if (calls.join() !== later.join()) wrong.push('it does not come to rest');
  return wrong;
}

/** Everything is called what the record calls it. */
const literal: Bug = {
  db: (living) =>
    mapRows(
      living,
      (text) => text.includes('as home_id'),
      (row) => ({ ...row, home_id: null }),
    ),
};

describe('objects that are put under others at two services', () => {
  it('agree, or somebody is asked, and nothing is put where nobody wanted it', async () => {
    const property = fc.asyncProperty(steps, async (given) => {
      expect(await play(given)).toEqual([]);
      await flow.end();
    });
    await fc.assert(property, { numRuns: isLong ? 60 : 3, ...(isLong ? {} : { seed: 35 }) });
  }, 3_600_000);

  it('would be seen where names are taken literally', async () => {
    const given = [{ side: 0, child: 0, parent: 1, works: true }];
    expect(await play(given)).toEqual([]);
    await flow.end();
    expect(await play(given, literal)).not.toEqual([]);
  });
});
