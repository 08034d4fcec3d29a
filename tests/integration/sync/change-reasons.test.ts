import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { asUser, transaction } from '#lib/db/index';
import { createRecord, endRecord } from '#lib/records/index';
import { joinRecords, letGoOfObject, saveRules } from '#lib/sync/index';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { FlowTrial, issue } from './flow-trial.ts';
import type { Bug } from './model/bugs.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

const one = { '1': { title: 'issue', body: 'x', state: 'open', labels: [] } };
const begin = async (count: number, bug: Bug | null = null): Promise<Side[]> => {
  const switches = [plain, { ...plain, name: 'right' }].slice(0, count);
  trial = await Trial.begin(at, switches, bug, one);
  return trial.sides;
};
const work = async (): Promise<void> => {
  for (let round = 0; round < 4; round += 1) {
    await trial.runJobs();
    await trial.letTimePass();
  }
};
const log = async () => {
  const rows = await trial.admin`
    select op, origin, reason, fields from public.change_log
    where workspace_id = ${trial.owner.workspaceId} and reason is not null order by id`;
  return rows.map((row) => ({ ...row }));
};
const links = () => trial.admin<{ id: string; state: string; held: string[]; error: unknown }[]>`
  select id, state, held, error from public.links
  where workspace_id = ${trial.owner.workspaceId} order by id`;

/** The side refuses every edit. */
const refusing = (which: string): Bug => ({
  api: (living: ConnectorApi, side: Side) =>
    side.remote.switches.name === which
      ? { ...living, update: () => Promise.reject(new HubError('provider.refused', 'Never.')) }
      : living,
});

describe('the log says why the hub changed a record', () => {
  it('that a service alone did not take an edit, which was taken back', async () => {
    await begin(1, refusing(plain.name));
    await trial.editHere('1', { title: 'Never' });
    await work();
    expect(await log()).toEqual([
      { op: 'update', origin: 'hub', reason: 'refused', fields: ['title'] },
    ]);
    expect(await links()).toMatchObject([{ state: 'refused', error: { here: 'taken_back' } }]);
  });

  it('nothing of what one of two did not take: it is kept, and asked about', async () => {
    await begin(2, refusing('right'));
    await trial.editHere('1', { title: 'Kept' });
    await work();
    expect(await log()).toEqual([]);
    const states = await links();
    expect(states.find(({ state }) => state === 'refused')).toMatchObject({
      held: ['title'],
      error: { here: 'kept' },
    });
  });

  it('that two were made one, of both, and of what is asked', async () => {
    trial = await Trial.apart(
      at,
      ['left', 'right'].map((name, n) => ({
        switches: { ...plain, name, seed: n + 1 },
        objects: { [`${n}`]: { title: name, body: null, state: 'open', labels: [name] } },
      })),
    );
    const { workspaceId } = trial.owner;
    const rows = await trial.admin<{ id: string }[]>`
      select id from public.records where workspace_id = ${workspaceId} order by id`;
    const [older, younger] = rows.map(({ id }) => id);
    await transaction(at.worker, (tx) =>
      joinRecords(tx, {
        workspaceId,
        recordIds: [older ?? '', younger ?? ''],
        onDifference: 'ask',
        firstStreamId: null,
      }),
    );
    expect(await log()).toEqual([
      { op: 'update', origin: 'hub', reason: 'joined', fields: ['labels'] },
      { op: 'delete', origin: 'hub', reason: 'joined', fields: [] },
    ]);
    const asked = await trial.admin`
      select policy, status from public.conflicts where workspace_id = ${workspaceId}`;
    expect(asked).toMatchObject([{ policy: 'joined', status: 'open' }]);
  });

  it('that an object was made, and that one was taken back', async () => {
    const flow = await FlowTrial.begin(at, [{}, {}]);
    trial = flow.trial;
    flow.side(0).remote.create('1', issue);
    await flow.work();
    expect(await log()).toEqual([{ op: 'update', origin: 'hub', reason: 'made', fields: [] }]);
    const { workspaceId } = trial.owner;
    for (const { id } of await links()) {
      await transaction(at.worker, (tx) =>
        letGoOfObject(tx, { workspaceId, linkId: id, left: null, writable: [], nowMs: Date.now() }),
      );
    }
    expect((await log()).at(-1)).toEqual({
      op: 'delete',
      origin: 'connection',
      reason: 'withdrawn',
      fields: [],
    });
  });

  it('that a new record could not be made anywhere', async () => {
    await begin(1);
    const { workspaceId } = trial.owner;
    const recordId = await asUser(at.web, trial.owner, (tx) =>
      createRecord(tx, {
        workspaceId,
        kind: 'task',
        data: { title: 'New' },
        mutationId: workspaceId,
      }),
    );
    await transaction(at.worker, (tx) => endRecord(tx, { workspaceId, recordId }));
    expect(await log()).toEqual([{ op: 'delete', origin: 'hub', reason: 'withdrawn', fields: [] }]);
  });
});

describe('the log says how a service changed a record', () => {
  it('by the answer to an edit', async () => {
    const trims: Bug = {
      api: (living: ConnectorApi) => ({
        ...living,
        update: (ctx, resource, ref, fields, given) =>
          living.update(ctx, resource, ref, { ...fields, title: 'Short' }, given),
      }),
    };
    await begin(1, trims);
    await trial.editHere('1', { title: 'Short of breath' });
    await work();
    expect(await log()).toEqual([
      { op: 'update', origin: 'connection', reason: 'answered', fields: ['title'] },
    ]);
  });

  it('by a changed mapping', async () => {
    const [side] = await begin(1);
    const { workspaceId } = trial.owner;
    await asUser(at.web, trial.owner, (tx) =>
      saveRules(tx, {
        workspaceId,
        streamId: side?.streamId ?? '',
        rules: [
          {
            field: 'title',
            side_field: 'title',
            direction: 'both',
            policy: null,
            transform: { type: 'prefix', text: 'iss' },
          },
        ],
      }),
    );
    side?.remote.edit('1', { body: 'y' });
    for (const told of side?.remote.queue.splice(0) ?? []) await trial.observe(side as Side, told);
    await work();
    expect(await log()).toEqual([
      { op: 'update', origin: 'connection', reason: 'remapped', fields: ['title'] },
    ]);
  });
});
