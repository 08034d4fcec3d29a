import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  editRecord,
  held,
  type Member,
  makeMember,
  makeWorld,
  observe,
  settle,
  type World,
} from '../sync/world.ts';
import { answerTo, makeConflict, openOf, outcomesOf, resolve } from './conflict-steps.ts';

let world: World;
let other: Member;
/** Objects nobody has touched yet. */
const numbers = Array.from({ length: 20 }, (_, at) => String(at + 1));
const fresh = (): string => numbers.shift() ?? '';
beforeAll(async () => {
  world = await makeWorld();
  other = await makeMember(world.admin, 'other', 'owner', world.owner.workspaceId);
  world.service.seed(20);
  await settle(world);
});
afterAll(() => world.close());

const titles = (id: string) =>
  makeConflict(world, id, {
    ours: { title: `Ours ${id}` },
    theirs: { title: `Theirs ${id}` },
  });

describe('a choice that comes late', () => {
  it('overwrites nothing the service has changed since', async () => {
    const id = fresh();
    const seen = await titles(id);
    await observe(world, [world.service.edit(id, { title: 'Once more' })]);
    const [settled] = await resolve(world, [answerTo(seen, 'remote')]);
    expect(settled).toMatchObject({
      outcome: 'changed',
      conflict: { status: 'open', remote: 'Once more', local: `Ours ${id}` },
    });
    expect((await held(world, id)).held).toEqual(['title']);
  });

  it('is decided under the record’s lock, whoever comes first', async () => {
    const id = fresh();
    const seen = await titles(id);
    const [settled] = await Promise.all([
      resolve(world, [answerTo(seen, 'local')]),
      observe(world, [world.service.edit(id, { title: 'At the same time' })]),
    ]);
    await settle(world);
    const { record_id, data, held: waits } = await held(world, id);
    // Either the choice was first, and what came is asked about anew; or it came first and is told.
    expect(data['title']).toBe(`Ours ${id}`);
    expect(waits).toEqual(['title']);
    expect(['resolved', 'changed']).toContain(outcomesOf(settled)[0]);
    expect((await openOf(world, record_id))[0]?.remote).toBe('At the same time');
  });

  it('of two people only the first one counts', async () => {
    const id = fresh();
    const seen = await titles(id);
    const answers = await Promise.all([
      resolve(world, [answerTo(seen, 'remote')]),
      resolve(world, [answerTo(seen, 'base')], { member: other }),
    ]);
    expect(answers.flatMap(outcomesOf).toSorted()).toEqual(['changed', 'resolved']);
    const chosen = answers.flat().find(({ outcome }) => outcome === 'resolved');
    expect((await held(world, id)).data['title']).toBe(chosen?.conflict?.resolution);
  });

  it('changes nothing of what an ordinary edit has settled', async () => {
    const id = fresh();
    const seen = await titles(id);
    await editRecord(world, id, { title: 'By an edit' });
    const [settled] = await resolve(world, [answerTo(seen, 'remote')]);
    expect(settled).toMatchObject({
      outcome: 'changed',
      conflict: { status: 'resolved', choice: 'value', local: `Ours ${id}` },
    });
    expect((await held(world, id)).data['title']).toBe('By an edit');
  });

  it('is answered one by one among many', async () => {
    const ids = Array.from({ length: 6 }, fresh);
    const seen = [];
    for (const id of ids) seen.push(await titles(id));
    await observe(world, [world.service.edit(ids[2] ?? '', { title: 'Moved on' })]);
    const settled = await resolve(
      world,
      seen.map((one) => answerTo(one, 'remote')),
    );
    expect(outcomesOf(settled)).toEqual([
      'resolved',
      'resolved',
      'changed',
      'resolved',
      'resolved',
      'resolved',
    ]);
  });
});
