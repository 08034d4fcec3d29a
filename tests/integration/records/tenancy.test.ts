import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asUser } from '#lib/db/index';
import { readTopic } from '#lib/realtime/index';
import {
  getRecord,
  listConflicts,
  listRecords,
  readChanges,
  readPosition,
  readRecordHistory,
} from '#lib/records/index';
import { type RecordListQuery, recordListQuerySchema } from '#lib/records/schema';
import { getRun, getStream, listRuns, listStreams } from '#lib/sync/index';
import { runSchema, streamSchema } from '#lib/sync/schema';
import { as, held, type Member, makeMember, makeWorld, settle, type World } from '../sync/world.ts';

let world: World;
let viewer: Member;
beforeAll(async () => {
  world = await makeWorld();
  viewer = await makeMember(world.admin, 'viewer', 'viewer', world.owner.workspaceId);
  world.service.seed(60);
  world.service.put('7', {
    title: 'Zebra crossing 50% off',
    body: 'A needle_in the hay',
    labels: ['Größe'],
  });
  await settle(world);
});
afterAll(() => world.close());

const list = (query: Partial<RecordListQuery>, member: Member = world.owner) =>
  as(world, member, (tx) =>
    listRecords(tx, {
      workspaceId: world.owner.workspaceId,
      query: recordListQuerySchema.parse(query),
    }),
  );

describe('the log', () => {
  it('is read to its end in pages, each record whole once', async () => {
    const read = (after: number, limit: number) =>
      as(world, world.owner, (tx) =>
        readChanges(tx, { workspaceId: world.owner.workspaceId, after, limit }),
      );
    const end = await as(world, world.owner, (tx) => readPosition(tx, world.owner));
    const positions: number[] = [];
    let after = 0;
    for (;;) {
      const page = await read(after, 9);
      positions.push(...page.changes.map((change) => change.position));
      const ids = page.records.map((row) => row.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(page.changes.map((change) => change.record_id))).toEqual(new Set(ids));
      after = page.position;
      if (!page.has_more) break;
    }
    expect(positions).toEqual(Array.from({ length: end }, (_, index) => index + 1));
    expect(await read(end, 9)).toEqual({
      changes: [],
      records: [],
      position: end,
      has_more: false,
    });
    expect((await read(end + 1_000, 9)).position).toBe(end);
  });

  it('is written in the own name only, and never rewritten', async () => {
    const { record_id } = await held(world, '15');
    const insert = (origin: string, actor: string) =>
      asUser(
        world.web,
        world.owner,
        (tx) => tx`
        insert into public.change_log (workspace_id, record_id, kind, version, op, origin, actor_id)
        values (${world.owner.workspaceId}, ${record_id}, 'task', 99, 'update', ${origin}, ${actor})`,
      );
    await expect(insert('connection', world.owner.userId)).rejects.toMatchObject({ code: '42501' });
    await expect(insert('user', viewer.userId)).rejects.toMatchObject({ code: '42501' });
    for (const statement of [
      'delete from public.change_log',
      `update public.change_log set origin = 'hub'`,
      'delete from public.records',
      `update public.records set workspace_id = gen_random_uuid()`,
      `update public.links set base = '{}'`,
      'delete from public.streams',
      `update public.runs set checkpoint = '{}'`,
    ]) {
      await expect(
        asUser(world.web, world.owner, (tx) => tx.unsafe(statement)),
      ).rejects.toMatchObject({
        code: '42501',
      });
    }
  });
});

describe('a foreign workspace', () => {
  it('sees nothing of any of it', async () => {
    const { record_id } = await held(world, '16');
    const { workspaceId } = world.owner;
    const at = <T>(work: Parameters<typeof as<T>>[2]) => as(world, world.stranger, work);
    expect((await list({ count: 'exact' }, world.stranger)).total).toBe(0);
    expect((await list({ q: 'Issue', count: 'exact' }, world.stranger)).total).toBe(0);
    await expect(at((tx) => getRecord(tx, { recordId: record_id }))).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    await expect(at((tx) => readRecordHistory(tx, { recordId: record_id }))).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    expect(await at((tx) => readChanges(tx, { workspaceId, after: 0 }))).toEqual({
      changes: [],
      records: [],
      position: 0,
      has_more: false,
    });
    expect((await at((tx) => listConflicts(tx, { workspaceId }))).data).toEqual([]);
    expect(await at((tx) => listStreams(tx, { workspaceId }))).toEqual([]);
    expect((await at((tx) => listRuns(tx, { workspaceId }))).data).toEqual([]);
    await expect(at((tx) => getRun(tx, { runId: world.runId }))).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    await expect(at((tx) => getStream(tx, { streamId: world.streamId }))).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    expect(await at((tx) => readTopic(tx, workspaceId))).toBeNull();
    const tables = [
      'records',
      'links',
      'streams',
      'runs',
      'change_log',
      'conflicts',
      'push_intents',
    ];
    for (const table of tables) {
      expect(
        await at((tx) =>
          tx.unsafe(`select 1 from public.${table} where workspace_id = '${workspaceId}'`),
        ),
      ).toHaveLength(0);
    }
    expect(
      await at(
        (tx) => tx`select 1 from private.workspace_clocks where workspace_id = ${workspaceId}`,
      ),
    ).toHaveLength(0);
  });

  it('and what its own members see has the wire shape', async () => {
    const { workspaceId } = world.owner;
    const streams = await as(world, viewer, (tx) => listStreams(tx, { workspaceId }));
    expect(streams.map((stream) => streamSchema.parse(stream).records)).toEqual([60]);
    const { data } = await as(world, viewer, (tx) => listRuns(tx, { workspaceId, limit: 1 }));
    expect(data.map((run) => runSchema.parse(run))).toHaveLength(1);
    const topic = await as(world, viewer, (tx) => readTopic(tx, workspaceId));
    expect(topic?.topic).toMatch(new RegExp(`^workspace:${workspaceId}:\\d+$`));
  });
});
