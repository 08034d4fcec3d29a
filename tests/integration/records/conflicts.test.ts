import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import {
  countConflicts,
  listConflicts,
  readRecordHistory,
  resolveAllConflicts,
} from '#lib/records/index';
import { conflictSchema, type ResolveAllInput, resolveAllInputSchema } from '#lib/records/schema';
import {
  as,
  held,
  type Member,
  makeMember,
  makeWorld,
  rules,
  settle,
  type World,
} from '../sync/world.ts';
import { answerTo, makeConflict, openOf, outcomesOf, resolve } from './conflict-steps.ts';

let world: World;
let viewer: Member;
let other: Member;
/** Objects nobody has touched yet. */
const numbers = Array.from({ length: 60 }, (_, at) => String(at + 1));
const fresh = (): string => numbers.shift() ?? '';
beforeAll(async () => {
  world = await makeWorld();
  const { workspaceId } = world.owner;
  viewer = await makeMember(world.admin, 'viewer', 'viewer', workspaceId);
  other = await makeMember(world.admin, 'other', 'owner', workspaceId);
  world.service.seed(60);
  await settle(world);
});
afterAll(() => world.close());
beforeEach(() => world.service.writes.splice(0));

const titles = (id: string) =>
  makeConflict(world, id, { ours: { title: `Ours ${id}` }, theirs: { title: `Theirs ${id}` } });
const shown = (id: string) => world.service.snapshot(id).fields;

describe('a choice', () => {
  it('of ours is sent, and the question is over', async () => {
    const id = fresh();
    const conflict = await titles(id);
    expect(conflictSchema.parse(conflict)).toMatchObject({
      local: `Ours ${id}`,
      remote: `Theirs ${id}`,
      base: `Issue ${id}`,
      others: 0,
      closed: {},
      local_change: { origin: 'user', actor: { id: world.owner.userId } },
    });
    const [settled] = await resolve(world, [answerTo(conflict, 'local')]);
    expect(settled).toMatchObject({
      outcome: 'resolved',
      conflict: {
        status: 'resolved',
        choice: 'local',
        resolution: `Ours ${id}`,
        resolved_by: { id: world.owner.userId },
      },
    });
    expect(await held(world, id)).toMatchObject({ state: 'dirty', held: [] });
    await settle(world);
    expect(shown(id)['title']).toBe(`Ours ${id}`);
    expect((await held(world, id)).state).toBe('synced');
  });

  it('of theirs is taken without a call; the record says who chose', async () => {
    const id = fresh();
    const conflict = await titles(id);
    const mutationId = newId();
    await resolve(world, [answerTo(conflict, 'remote')], { mutationId, member: other });
    const { record_id, data } = await held(world, id);
    expect(data['title']).toBe(`Theirs ${id}`);
    await settle(world);
    expect(world.service.writes).toEqual([]);
    const { changes } = await as(world, viewer, (tx) =>
      readRecordHistory(tx, { recordId: record_id }),
    );
    expect(changes[0]).toMatchObject({
      origin: 'user',
      actor: { id: other.userId },
      mutation_id: mutationId,
      diff: { title: [`Ours ${id}`, `Theirs ${id}`] },
    });
  });

  it('of what was before, or of an edited value, goes to the service', async () => {
    const [one, two] = [fresh(), fresh()];
    const conflicts = [await titles(one), await titles(two)] as const;
    const settled = await resolve(world, [
      answerTo(conflicts[0], 'base'),
      answerTo(conflicts[1], 'value', { value: 'Both' }),
    ]);
    expect(outcomesOf(settled)).toEqual(['resolved', 'resolved']);
    await settle(world);
    expect(shown(one)['title']).toBe(`Issue ${one}`);
    expect(shown(two)['title']).toBe('Both');
  });

  it('of a value the service cannot take is refused for itself', async () => {
    const [one, two] = [fresh(), fresh()];
    const good = await titles(one);
    const state = await makeConflict(world, two, {
      ours: { state: 'cancelled' },
      theirs: { state: shown(two)['state'] === 'done' ? 'open' : 'done' },
    });
    const settled = await resolve(world, [
      answerTo(state, 'value', { value: 'in_progress' }),
      answerTo(good, 'remote'),
      { ...answerTo(good, 'remote'), id: newId() },
    ]);
    expect(outcomesOf(settled)).toEqual(['refused', 'resolved', 'gone']);
    expect(settled[0]?.reason).toContain('takes open, done');
    expect((await held(world, two)).held).toEqual(['state']);
  });

  it('of two fields of a record is one change of it', async () => {
    const id = fresh();
    await makeConflict(world, id, {
      ours: { title: 'Ours', body: 'Our text' },
      theirs: { title: 'Theirs', body: 'Their text' },
    });
    const { record_id, version } = await held(world, id);
    const both = await openOf(world, record_id);
    expect(both).toHaveLength(2);
    await resolve(
      world,
      both.map((one) => answerTo(one, one.field === 'title' ? 'remote' : 'base')),
    );
    expect(await held(world, id)).toMatchObject({
      version: version + 1,
      held: [],
      data: { title: 'Theirs', body: both.find(({ field }) => field === 'body')?.base },
    });
  });

  it('sent twice has one effect', async () => {
    const id = fresh();
    const conflict = await titles(id);
    const mutationId = newId();
    const items = [answerTo(conflict, 'base')];
    const answers = await Promise.all([1, 2, 3].map(() => resolve(world, items, { mutationId })));
    expect(answers.flatMap(outcomesOf)).toEqual(['resolved', 'resolved', 'resolved']);
    const [row] = await world.admin`
      select count(*)::int as n from public.change_log where mutation_id = ${mutationId}`;
    expect(row?.['n']).toBe(1);
  });
});

describe('many', () => {
  const all = (input: Partial<ResolveAllInput>, member: Member = world.owner) =>
    as(world, member, (tx) =>
      resolveAllConflicts(tx, rules, {
        workspaceId: world.owner.workspaceId,
        ...resolveAllInputSchema.parse({ mutation_id: newId(), choice: 'remote', ...input }),
      }),
    );

  it('are counted first; what comes afterwards is left alone', async () => {
    const ids = Array.from({ length: 3 }, fresh);
    for (const id of ids) await titles(id);
    const filter = { field: 'title', stream_id: world.streamId };
    const found = await all({ preview: true, filter });
    const late = await titles(fresh());
    const done = await all({ filter, ...(found.upto ? { upto: found.upto } : {}) });
    expect(done).toMatchObject({ left: 0, resolved: found.left, refused: 0, next: null });
    expect(await openOf(world, late.record_id)).toHaveLength(1);
    expect((await all({ filter: { field: 'body' }, preview: true })).left).toBe(0);
  });

  it('are counted and listed by where they are', async () => {
    const conflict = await titles(fresh());
    const { workspaceId } = world.owner;
    const count = (filter: object) =>
      as(world, viewer, (tx) => countConflicts(tx, { workspaceId, filter }));
    const [here, elsewhere] = [
      await count({ connection_id: world.connectionId }),
      await count({ connection_id: newId() }),
    ];
    expect(here.open).toBeGreaterThan(0);
    expect(here.resolved).toBeGreaterThan(0);
    expect(here.groups).toContainEqual(
      expect.objectContaining({ stream_id: world.streamId, field: 'title' }),
    );
    expect(elsewhere).toEqual({ open: 0, records: 0, automatic: 0, resolved: 0, groups: [] });
    const list = (filter: object, cursor?: string) =>
      as(world, viewer, (tx) =>
        listConflicts(tx, { workspaceId, filter, limit: 2, ...(cursor ? { cursor } : {}) }),
      );
    const first = await list({ status: 'resolved' });
    const second = await list({ status: 'resolved' }, first.next_cursor ?? '');
    const ids = [...first.data, ...second.data].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(new Set(ids).size).toBe(4);
    expect((await list({ record_id: conflict.record_id })).data.map(({ id }) => id)).toEqual([
      conflict.id,
    ]);
    expect((await list({ flow_id: newId() })).data).toEqual([]);
    expect((await list({ resolved_by: other.userId, status: 'resolved' })).data[0]).toMatchObject({
      resolved_by: { id: other.userId },
    });
    await expect(list({ status: 'open' }, first.next_cursor ?? '')).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });

  it('are for editors of the workspace', async () => {
    const conflict = await titles(fresh());
    const items = [answerTo(conflict, 'remote')];
    await expect(resolve(world, items, { member: viewer })).rejects.toMatchObject({
      code: 'identity.forbidden',
    });
    expect(outcomesOf(await resolve(world, items, { member: world.stranger }))).toEqual(['gone']);
    await expect(all({}, viewer)).rejects.toMatchObject({ code: 'identity.forbidden' });
    expect((await all({}, world.stranger)).resolved).toBe(0);
    expect(await openOf(world, conflict.record_id)).toHaveLength(1);
    // What the service had, and what both had before, no choice can write over.
    for (const side of ['base', 'remote']) {
      const write = `update public.conflicts set ${side} = '"Forged"' where id = '${conflict.id}'`;
      await expect(as(world, world.owner, (tx) => tx.unsafe(write))).rejects.toMatchObject({
        code: '42501',
      });
    }
  });
});
