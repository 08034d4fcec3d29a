import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, newId } from '#lib/core/index';
import { asUser, transaction } from '#lib/db/index';
import { getRecord, patchRecord, readRecordHistory } from '#lib/records/index';
import { type JoinRequest, type JoinResult, joinRecords } from '#lib/sync/index';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

const rules = { writableFields: () => ['title'], acceptedValues: () => null };

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

/** Sides with one object each, and nothing joined. */
const begin = async (...objects: JsonObject[]): Promise<Side[]> => {
  trial = await Trial.apart(
    at,
    objects.map((fields, n) => ({
      switches: { ...plain, name: `side ${n}`, seed: n + 1 },
      objects: { [`${n}`]: { title: 'Same', body: null, state: 'open', labels: [], ...fields } },
    })),
  );
  return trial.sides;
};
const recordOf = async (side: Side | undefined) => {
  const [row] = await trial.admin<
    { id: string; version: number; data: JsonObject; link: string; rank: number }[]
  >`
    select r.id, r.version::int as version, r.data, l.id as link, l.remote_rank::float8 as rank
    from public.links l join public.records r on r.id = l.record_id
    where l.connection_id = ${side?.connectionId ?? null}`;
  if (!row) throw new Error('There is no record.');
  return row;
};
const join = async (sides: Side[], more: Partial<JoinRequest> = {}): Promise<JoinResult> => {
  const [one, two] = await Promise.all(sides.map(recordOf));
  if (!one || !two) throw new Error('Two are joined.');
  return transaction(at.worker, (tx) =>
    joinRecords(tx, {
      workspaceId: trial.owner.workspaceId,
      recordIds: [two.id, one.id],
      onDifference: 'ask',
      firstStreamId: null,
      ...more,
    }),
  );
};
const work = async (rounds = 4): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    await trial.runJobs();
    await trial.letTimePass();
  }
};
const shown = (side: Side | undefined): JsonObject | undefined =>
  [...(side?.remote.objects.values() ?? [])][0]?.fields;

describe('two records that become one', () => {
  it('are told to both services, and the old id answers the one it became', async () => {
    const [left, right] = await begin({ labels: ['a'] }, { labels: ['b'], body: 'text' });
    const [older, younger] = [await recordOf(left), await recordOf(right)];
    const joined = await join([left, right] as Side[]);
    expect(joined).toMatchObject({ outcome: 'joined', recordId: older.id, droppedId: younger.id });
    await work();
    expect(shown(left)).toMatchObject({ labels: ['a', 'b'], body: 'text' });
    expect(shown(right)).toMatchObject({ labels: ['a', 'b'], body: 'text' });
    const { owner } = trial;
    const found = await asUser(at.web, owner, (tx) => getRecord(tx, { recordId: younger.id }));
    expect(found).toMatchObject({ id: older.id, deleted_at: null });
    expect(found.links).toHaveLength(2);
    const told = await asUser(at.web, owner, (tx) =>
      readRecordHistory(tx, { recordId: younger.id }),
    );
    expect(told.changes.map(({ record_id }) => record_id)).toContain(older.id);
    const log = await trial.admin`select op, origin from public.change_log
      where record_id = ${younger.id} order by version`;
    expect(log).toEqual([
      { op: 'create', origin: 'connection' },
      { op: 'delete', origin: 'hub' },
    ]);
  });

  it('let nobody edit by the old id what they have not seen', async () => {
    const [left, right] = await begin({}, {});
    const [older, younger] = [await recordOf(left), await recordOf(right)];
    await join([left, right] as Side[]);
    const patch = { mutation_id: newId(), version: younger.version, data: { title: 'Old page' } };
    const edit = asUser(at.web, trial.owner, (tx) =>
      patchRecord(tx, rules, { recordId: younger.id, patch }),
    );
    await expect(edit).rejects.toMatchObject({
      code: 'records.version_conflict',
      details: { fields: ['title'], record: { id: older.id } },
    });
  });

  it('ask where they differ, and send nothing before there is an answer', async () => {
    const [left, right] = await begin({ title: 'Left' }, { title: 'Right' });
    expect(await join([left, right] as Side[])).toMatchObject({ outcome: 'joined', conflicts: 1 });
    await work();
    expect([shown(left), shown(right)]).toMatchObject([{ title: 'Left' }, { title: 'Right' }]);
    const asked = await trial.admin`select field, local, remote, status from public.conflicts
      where workspace_id = ${trial.owner.workspaceId}`;
    expect(asked).toEqual([{ field: 'title', local: 'Left', remote: 'Right', status: 'open' }]);
    await trial.editHere('0', { title: 'Decided' });
    await work();
    expect([shown(left), shown(right)]).toMatchObject([{ title: 'Decided' }, { title: 'Decided' }]);
  });

  it('take the values of the first side, if that was decided', async () => {
    const [left, right] = await begin({ title: 'Left' }, { title: 'Right' });
    const firstStreamId = right?.streamId ?? null;
    await join([left, right] as Side[], { onDifference: 'first_side', firstStreamId });
    await work();
    expect([shown(left), shown(right)]).toMatchObject([{ title: 'Right' }, { title: 'Right' }]);
  });

  it('are one when they are joined again, by either name', async () => {
    const [left, right] = await begin({}, {});
    const [one, two] = [await recordOf(left), await recordOf(right)];
    await join([left, right] as Side[]);
    const again = await transaction(at.worker, (tx) =>
      joinRecords(tx, {
        workspaceId: trial.owner.workspaceId,
        recordIds: [two.id, one.id],
        onDifference: 'ask',
        firstStreamId: null,
      }),
    );
    expect(again).toMatchObject({ outcome: 'joined', recordId: one.id, droppedId: null });
  });

  it('can be three, and every old id is understood', async () => {
    const [one, two, three] = await begin({ labels: ['1'] }, { labels: ['2'] }, { labels: ['3'] });
    const last = await recordOf(three);
    // The younger two first: the alias of an alias.
    await join([two, three] as Side[]);
    await join([one, two] as Side[]);
    await work();
    for (const side of [one, two, three]) expect(shown(side)?.['labels']).toEqual(['1', '2', '3']);
    const found = await asUser(at.web, trial.owner, (tx) => getRecord(tx, { recordId: last.id }));
    expect(found.links).toHaveLength(3);
  });

  it('stay two when one of them is not what it was', async () => {
    const [left, right] = await begin({}, {});
    const [one, two] = [await recordOf(left), await recordOf(right)];
    const expected = {
      versions: { [one.id]: one.version, [two.id]: two.version },
      ranks: { [one.link]: one.rank, [two.link]: two.rank },
    };
    right?.remote.edit('1', { title: 'Later' });
    await work(1);
    expect(await join([left, right] as Side[], { expected })).toEqual({ outcome: 'changed' });
    const before = await Promise.all([left, right].map(recordOf));
    const now = {
      versions: Object.fromEntries(before.map((row) => [row.id, row.version])),
      ranks: Object.fromEntries(before.map((row) => [row.link, row.rank])),
    };
    expect(await join([left, right] as Side[], { expected: now })).toMatchObject({
      outcome: 'joined',
    });
  });

  it('stay two when both live at one connection', async () => {
    const [left] = await begin({});
    left?.remote.create('second', { title: 'Same', body: null, state: 'open', labels: [] });
    await work(1);
    const rows = await trial.admin<{ record_id: string }[]>`select record_id from public.links
      where connection_id = ${left?.connectionId ?? null} order by record_id`;
    const [one, two] = rows.map((row) => row.record_id);
    const refused = await transaction(at.worker, (tx) =>
      joinRecords(tx, {
        workspaceId: trial.owner.workspaceId,
        recordIds: [one ?? '', two ?? ''],
        onDifference: 'ask',
        firstStreamId: null,
      }),
    );
    expect(refused).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('same') });
  });

  it('are joined once by many at the same time', async () => {
    const sides = await begin({ labels: ['a'] }, { labels: ['b'] });
    const [one, two] = await Promise.all(sides.map(recordOf));
    const results = await Promise.all(
      Array.from({ length: 4 }, () =>
        transaction(at.worker, (tx) =>
          joinRecords(tx, {
            workspaceId: trial.owner.workspaceId,
            recordIds: [one?.id ?? '', two?.id ?? ''],
            onDifference: 'ask',
            firstStreamId: null,
          }),
        ),
      ),
    );
    const joined = results.filter((it) => it.outcome === 'joined' && it.droppedId !== null);
    expect(joined).toHaveLength(1);
    const links = await trial.admin`select 1 from public.links where record_id = ${one?.id ?? ''}`;
    expect(links).toHaveLength(2);
  });
});
