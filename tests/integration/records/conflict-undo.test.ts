import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { listConflicts } from '#lib/records/index';
import type { Conflict } from '#lib/records/schema';
import { setFieldPolicy } from '#lib/sync/index';
import {
  as,
  editRecord,
  held,
  type Member,
  makeMember,
  makeWorld,
  observe,
  settle,
  type World,
} from '../sync/world.ts';
import { answerTo, makeConflict, openOf, resolve, undo } from './conflict-steps.ts';

let world: World;
let viewer: Member;
/** Objects nobody has touched yet. */
const numbers = Array.from({ length: 60 }, (_, at) => String(at + 1));
const fresh = (): string => numbers.shift() ?? '';
beforeAll(async () => {
  world = await makeWorld();
  viewer = await makeMember(world.admin, 'viewer', 'viewer', world.owner.workspaceId);
  world.service.seed(60);
  await settle(world);
});
afterAll(() => world.close());

const titles = (id: string) =>
  makeConflict(world, id, { ours: { title: 'Ours' }, theirs: { title: 'Theirs' } });
const shown = (id: string) => world.service.snapshot(id).fields['title'];
const bodyOf = (id: string) => world.service.snapshot(id).fields['body'];

/** The policy of bodies lets the service win; what it settled is its own conflict. */
async function settledByPolicy(id: string): Promise<Conflict> {
  const { workspaceId } = world.owner;
  await as(world, world.owner, (tx) =>
    setFieldPolicy(tx, {
      workspaceId,
      streamId: world.streamId,
      field: 'body',
      policy: 'remote_wins',
    }),
  );
  await editRecord(world, id, { body: 'Ours' });
  await observe(world, [world.service.edit(id, { body: 'Theirs' })]);
  await settle(world);
  const { record_id } = await held(world, id);
  const filter = { status: 'automatic', record_id } as const;
  const page = await as(world, viewer, (tx) => listConflicts(tx, { workspaceId, filter }));
  const [conflict] = page.data;
  if (!conflict) throw new Error('Nothing was settled by the policy.');
  return conflict;
}

describe('an undo of a choice', () => {
  it('is told in the log as what it is, as the choice was', async () => {
    const id = fresh();
    const conflict = await titles(id);
    await resolve(world, [answerTo(conflict, 'remote')]);
    await undo(world, conflict.id);
    const log = await world.admin`
      select origin, reason from public.change_log
      where record_id = ${conflict.record_id} and op = 'update' order by version`;
    expect(log.map(({ origin, reason }) => [origin, reason])).toEqual([
      ['user', null],
      ['user', 'resolved'],
      ['user', 'resolution_undone'],
    ]);
  });

  it('asks again while nobody was told', async () => {
    for (const choice of ['local', 'remote', 'base'] as const) {
      const id = fresh();
      const conflict = await titles(id);
      await resolve(world, [answerTo(conflict, choice)]);
      expect(await undo(world, conflict.id)).toMatchObject({
        outcome: 'reopened',
        conflict: { status: 'open', local: 'Ours', remote: 'Theirs', base: `Issue ${id}` },
      });
      expect(await held(world, id)).toMatchObject({ held: ['title'], state: 'conflict' });
      await settle(world);
      expect(shown(id)).toBe('Theirs');
      // The same question can be answered otherwise.
      const [again] = await openOf(world, conflict.record_id);
      if (!again) throw new Error('It is not open.');
      await resolve(world, [answerTo(again, 'local')]);
      await settle(world);
      expect(shown(id)).toBe('Ours');
    }
  });

  it('brings the other value back by an edit once the service was told, there and back', async () => {
    const id = fresh();
    const conflict = await titles(id);
    await resolve(world, [answerTo(conflict, 'local')]);
    await settle(world);
    expect(shown(id)).toBe('Ours');
    const mutationId = newId();
    const first = await undo(world, conflict.id, { mutationId });
    expect(first).toMatchObject({
      outcome: 'brought_back',
      conflict: { status: 'resolved', choice: 'remote', resolution: 'Theirs', present: 'Theirs' },
    });
    expect(await undo(world, conflict.id, { mutationId })).toEqual(first);
    await settle(world);
    expect(shown(id)).toBe('Theirs');
    await undo(world, conflict.id);
    await settle(world);
    expect(shown(id)).toBe('Ours');
  });

  it('says that the field was changed since, with what it has now', async () => {
    const id = fresh();
    const conflict = await titles(id);
    await resolve(world, [answerTo(conflict, 'local')]);
    await settle(world);
    await editRecord(world, id, { title: 'Later' });
    await expect(undo(world, conflict.id)).rejects.toMatchObject({
      code: 'records.version_conflict',
      details: { fields: ['title'], present: 'Later', record: { data: { title: 'Later' } } },
    });
  });

  it('is refused where it cannot be', async () => {
    const id = fresh();
    const conflict = await titles(id);
    const refused = { code: 'resource.conflict' };
    await expect(undo(world, conflict.id)).rejects.toMatchObject(refused);
    await resolve(world, [answerTo(conflict, 'local')]);
    await expect(undo(world, conflict.id, { member: viewer })).rejects.toMatchObject({
      code: 'identity.forbidden',
    });
    await expect(undo(world, conflict.id, { member: world.stranger })).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    // Changed there before it was told: the field is asked about anew.
    await observe(world, [world.service.edit(id, { title: 'Theirs again' })]);
    await expect(undo(world, conflict.id)).rejects.toMatchObject(refused);
    await observe(world, [world.service.remove(id)]);
    await expect(undo(world, conflict.id)).rejects.toMatchObject(refused);
  });
});

describe('an undo of what a policy settled', () => {
  it('sends the losing value, and remembers who did', async () => {
    const id = fresh();
    const conflict = await settledByPolicy(id);
    expect(bodyOf(id)).toBe('Theirs');
    expect(conflict).toMatchObject({ policy: 'remote_wins', choice: null, undo_closed: null });
    expect(await undo(world, conflict.id)).toMatchObject({
      outcome: 'brought_back',
      conflict: { choice: 'local', resolution: 'Ours', resolved_by: { id: world.owner.userId } },
    });
    await settle(world);
    expect(bodyOf(id)).toBe('Ours');
  });

  it('meets a change there as any edit does', async () => {
    const id = fresh();
    const conflict = await settledByPolicy(id);
    world.service.edit(id, { body: 'Unseen' });
    await undo(world, conflict.id);
    await settle(world);
    // The policy lets it win once more, and what loses is kept once more.
    expect(bodyOf(id)).toBe('Unseen');
    expect(await held(world, id)).toMatchObject({ data: { body: 'Unseen' }, held: [] });
    const [row] = await world.admin`
      select count(*)::int as n from public.conflicts
      where record_id = ${conflict.record_id} and local = '"Ours"' and remote = '"Unseen"'`;
    expect(row?.['n']).toBe(1);
  });

  it('of two at once has one effect', async () => {
    const id = fresh();
    const conflict = await settledByPolicy(id);
    const { version } = await held(world, id);
    const mutationId = newId();
    await Promise.all([1, 2].map(() => undo(world, conflict.id, { mutationId })));
    expect(await held(world, id)).toMatchObject({ version: version + 1, data: { body: 'Ours' } });
  });
});
