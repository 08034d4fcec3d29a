import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { isLong } from '../../setup/is-long.ts';
import { editRecord, held, makeWorld, observe, settle, type World } from '../sync/world.ts';
import { answerTo, openOf, resolve, undo } from './conflict-steps.ts';

/** Schedules, and what happens in each. */
const [runs, steps] = isLong ? [200, 40] : [6, 8];

let world: World;
const numbers = Array.from({ length: runs * 2 + 20 }, (_, at) => String(at + 1));
beforeAll(async () => {
  world = await makeWorld();
  world.service.seed(numbers.length);
  await settle(world);
});
afterAll(() => world.close());

type Step = 'edit here' | 'edit there' | 'ours' | 'theirs' | 'before' | 'other' | 'undo' | 'push';
const choices = { ours: 'local', theirs: 'remote', before: 'base', other: 'value' } as const;

/** Everywhere a value can still be read. */
async function readable(recordId: string): Promise<Set<string>> {
  const rows = await world.admin<{ value: string }[]>`
    select r.data ->> 'title' as value from public.records r where r.id = ${recordId}
    union select l.base ->> 'title' from public.links l where l.record_id = ${recordId}
    union select v.value from public.conflicts c,
      lateral (values (c.base #>> '{}'), (c.local #>> '{}'), (c.remote #>> '{}'), (c.resolution #>> '{}')) v(value)
      where c.record_id = ${recordId}
    union select s.value from public.change_log e,
      lateral jsonb_array_elements_text(e.diff -> 'title') s(value) where e.record_id = ${recordId}`;
  return new Set(rows.map(({ value }) => value));
}

/** Does one step; the answer is the two sides a choice was made between. */
async function take(id: string, recordId: string, step: Step): Promise<string[]> {
  switch (step) {
    case 'edit here':
      await editRecord(world, id, { title: `here ${newId()}` });
      return [];
    case 'edit there':
      await observe(world, [world.service.edit(id, { title: `there ${newId()}` })]);
      return [];
    case 'push':
      await settle(world);
      return [];
    case 'undo':
      return undoLast(id, recordId);
    case 'ours':
    case 'theirs':
    case 'before':
    case 'other': {
      const [conflict] = await openOf(world, recordId);
      if (!conflict) return [];
      const more = step === 'other' ? { value: `other ${newId()}` } : {};
      await resolve(world, [answerTo(conflict, choices[step], more)]);
      return [String(conflict.local), String(conflict.remote)];
    }
  }
}

async function undoLast(id: string, recordId: string): Promise<string[]> {
  const [last] = await world.admin`
    select id from public.conflicts where record_id = ${recordId} and status <> 'open'
    order by resolved_at desc limit 1`;
  if (!last) return [];
  const { data, base } = await held(world, id);
  const isDone = await undo(world, String(last['id'])).then(
    () => true,
    (error: { status: number }) => {
      if (error.status !== 409) throw error;
      return false;
    },
  );
  return isDone ? [data['title'], base['title']].filter((side) => typeof side === 'string') : [];
}

it('no choice and no undo loses a value: what made room stays readable, whatever comes next', async () => {
  const step = fc.constantFrom<Step>(
    'edit here',
    'edit there',
    'ours',
    'theirs',
    'before',
    'other',
    'undo',
    'push',
  );
  const schedule = fc.array(step, { minLength: 4, maxLength: steps });
  let overwritten = 0;
  await fc.assert(
    fc.asyncProperty(schedule, async (done) => {
      const id = numbers.shift() ?? '1';
      const { record_id: recordId } = await held(world, id);
      // It begins with a question.
      for (const one of ['edit here', 'edit there', ...done] as Step[]) {
        const sides = await take(id, recordId, one);
        if (sides.length === 0) continue;
        overwritten += 1;
        // And once the service was told, too.
        for (const told of [false, true]) {
          if (told) await settle(world);
          const known = await readable(recordId);
          expect(sides.filter((side) => !known.has(side))).toEqual([]);
        }
      }
    }),
    { numRuns: runs, endOnFailure: true },
  );
  expect(overwritten).toBeGreaterThan(runs / 2);
});
