import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asUser, transaction } from '#lib/db/index';
import {
  joinRecords,
  oweCreations,
  releaseCreations,
  retryCreation,
  reviveCreations,
} from '#lib/sync/index';
import type { RemoteSwitches } from '../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../setup/mortal.ts';
import { FlowTrial, issue, shown } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import type { Side } from './model/trial.ts';

let at: ModelDatabase;
let flow: FlowTrial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

const begin = async (...switches: Partial<RemoteSwitches>[]): Promise<Side[]> => {
  flow = await FlowTrial.begin(at, switches);
  return flow.sides;
};

describe('what is owed', () => {
  it('waits while the flow is paused, and is not made for objects that were there before', async () => {
    const sides = await begin({}, {});
    await flow.setFlow('paused');
    sides[0]?.remote.create('1', issue);
    await flow.work();
    expect(await flow.rows()).toEqual([]);
    await flow.setFlow('live');
    sides[0]?.remote.create('2', { ...issue, title: 'Second' });
    await flow.tell();
    await flow.setFlow('paused');
    await flow.work();
    expect(await flow.rows()).toMatchObject([{ state: 'owed' }]);
    await flow.setFlow('live');
    await flow.work();
    expect(shown(sides[1])).toMatchObject([{ title: 'Second' }]);
  });

  it('is cancelled when the record ends before the call', async () => {
    const sides = await begin({}, {});
    sides[0]?.remote.create('1', issue);
    await flow.tell();
    sides[0]?.remote.remove('1');
    await flow.work();
    expect(await flow.rows()).toMatchObject([{ state: 'cancelled', rests: true }]);
    expect(shown(sides[1])).toEqual([]);
  });

  it('is one row, however often it is owed', async () => {
    const sides = await begin({}, {});
    sides[0]?.remote.create('1', issue);
    await flow.work();
    const [record] = await flow.living();
    const owe = () =>
      transaction(at.worker, (tx) =>
        oweCreations(tx, {
          workspaceId: flow.trial.owner.workspaceId,
          recordIds: [String(record?.['id'])],
          streamIds: sides.map(({ streamId }) => streamId),
        }),
      );
    expect(await Promise.all([owe(), owe()])).toEqual([0, 0]);
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
  });

  it('is refused with the service’s reason, and tried again when a person says so', async () => {
    const sides = await begin({}, {});
    sides[1]?.api.faults.push({ on: 'create', kind: 'refused' });
    sides[0]?.remote.create('1', issue);
    await flow.work();
    expect(await flow.rows()).toMatchObject([{ state: 'refused', error: { message: 'Never.' } }]);
    const { owner } = flow.trial;
    const [row] = await flow.trial.admin`select id from public.creations
      where workspace_id = ${owner.workspaceId} and state = 'refused'`;
    const again = { workspaceId: owner.workspaceId, creationId: String(row?.['id']) };
    expect(await asUser(at.web, owner, (tx) => retryCreation(tx, again))).toBe(true);
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
  });

  it('is tried again by itself when the record has changed', async () => {
    const sides = await begin({ ordered: true }, {});
    sides[1]?.api.faults.push({ on: 'create', kind: 'refused' });
    sides[0]?.remote.create('1', issue);
    await flow.work();
    expect(await reviveCreations({ db: at.worker }, null)).toMatchObject({ revived: 0 });
    sides[0]?.remote.edit('1', { title: 'Better' });
    await flow.tell();
    expect(await reviveCreations({ db: at.worker }, null)).toMatchObject({ revived: 1 });
    await flow.work();
    expect(await flow.state()).toEqual(flow.one());
    expect(shown(sides[1])).toMatchObject([{ title: 'Better' }]);
  });

  it('is looked at a few at a time, the next look going on where the last one ended', async () => {
    const sides = await begin({ ordered: true }, {});
    for (let n = 0; n < 3; n += 1) {
      sides[1]?.api.faults.push({ on: 'create', kind: 'refused' });
      sides[0]?.remote.create(`${n}`, { ...issue, title: `Refused ${n}` });
      await flow.work(1);
    }
    const refused = () => flow.trial.admin`
      select id from public.creations
      where workspace_id = ${flow.trial.owner.workspaceId} and state = 'refused' order by id`;
    const ids = (await refused()).map((row) => String(row['id']));
    expect(ids).toHaveLength(3);
    sides[0]?.remote.edit('2', { title: 'Better' });
    await flow.tell();
    // Others of this database stand before them, or behind.
    let after: string | null = null;
    const seen: (string | null)[] = [];
    let revived = 0;
    for (let look = 0; look < 20; look += 1) {
      const one = await reviveCreations({ db: at.worker }, after, 2);
      revived += one.revived;
      seen.push(one.last);
      after = one.last;
      if (after === null) break;
    }
    expect(revived).toBe(1);
    expect(seen.at(-1)).toBeNull();
    expect(seen.length).toBeGreaterThan(1);
    expect((await refused()).map((row) => String(row['id']))).toEqual(ids.slice(0, 2));
  });

  it('asks for what a service needs before it is asked', async () => {
    const sides = await begin({}, {});
    sides[0]?.remote.create('1', { ...issue, title: '' });
    await flow.work();
    expect(sides[1]?.api.calls).not.toContain('create');
    expect(await flow.rows()).toMatchObject([{ state: 'refused', error: { fields: ['title'] } }]);
  });

  it('waits for a person when it is more than usual', async () => {
    const sides = await begin({}, {});
    for (let n = 0; n < 51; n += 1) sides[0]?.remote.create(`${n}`, { ...issue, title: `${n}` });
    await flow.tell();
    await flow.work(2);
    expect(shown(sides[1])).toEqual([]);
    const parked = await flow.rows();
    expect(parked).toHaveLength(51);
    expect(parked.every((row) => row['rests'] === true && row['error'] !== null)).toBe(true);
    const { owner } = flow.trial;
    const released = await asUser(at.web, owner, (tx) =>
      releaseCreations(tx, {
        workspaceId: owner.workspaceId,
        flowId: flow.flowId,
      }),
    );
    expect(released).toBe(51);
    await flow.work(1);
    expect(shown(sides[1]).length).toBeGreaterThan(0);
    expect(await flow.rows()).not.toContainEqual(
      expect.objectContaining({ rests: true, state: 'owed' }),
    );
  });
});

describe('two objects that look the same', () => {
  it('have a record each, and one object each at the other side', async () => {
    const sides = await begin({}, {});
    sides[0]?.remote.create('1', issue);
    sides[0]?.remote.create('2', issue);
    await flow.tell();
    await flow.trial.runJobs(new Mortal(), ['create']);
    await flow.work();
    expect(sides.map((side) => shown(side).length)).toEqual([2, 2]);
    expect(await flow.living()).toMatchObject([{ links: 2 }, { links: 2 }]);
  });

  it('are shown to a person when an answer is lost and either could be it', async () => {
    const sides = await begin({}, {});
    for (const id of ['1', '2']) {
      sides[1]?.api.faults.push({ on: 'create', kind: 'after' });
      sides[0]?.remote.create(id, issue);
    }
    await flow.tell();
    await flow.dieAt('the making is done');
    await flow.trial.letTimePass();
    for (const { remote } of sides) remote.queue.splice(0);
    await flow.work();
    expect(sides.map((side) => shown(side).length)).toEqual([2, 2]);
  });

  it('are one with the record of the object as soon as somebody says which it is', async () => {
    const sides = await begin({}, {});
    const { owner, admin } = flow.trial;
    sides[0]?.remote.create('1', issue);
    await flow.tell();
    const [record] = await flow.living();
    await flow.dieAt('the making is done');
    sides[1]?.remote.make(issue, 'somebody else');
    // What is new at the other side goes nowhere.
    await flow.setFlow('paused');
    for (const { remote } of sides) remote.queue.splice(0);
    await flow.trial.letTimePass();
    await flow.trial.runJobs(new Mortal(), ['poll']);
    await flow.work();
    expect(await flow.rows()).toMatchObject([{ state: 'unknown', rests: true }]);
    const others = (await flow.living()).filter(({ id }) => id !== record?.['id']);
    expect(others).toHaveLength(2);
    const joined = await transaction(at.worker, (tx) =>
      joinRecords(tx, {
        workspaceId: owner.workspaceId,
        recordIds: [String(record?.['id']), String(others[0]?.['id'])],
        onDifference: 'first_side',
        firstStreamId: sides[0]?.streamId ?? null,
      }),
    );
    expect(joined).toMatchObject({ outcome: 'joined', recordId: record?.['id'] });
    expect(await flow.rows()).toMatchObject([{ state: 'done', error: null, rests: true }]);
    const [row] = await admin`
      select c.link_id = l.id as is_its from public.creations c
      join public.links l on l.record_id = c.record_id and l.connection_id = c.connection_id
      where c.workspace_id = ${owner.workspaceId}`;
    expect(row).toEqual({ is_its: true });
    await flow.setFlow('live');
    await flow.work();
    expect(sides.map((side) => shown(side).length)).toEqual([1, 2]);
  });

  it('are no answer while the call is still looked for', async () => {
    const sides = await begin({}, {});
    sides[0]?.remote.create('1', issue);
    await flow.tell();
    const [record] = await flow.living();
    await flow.dieAt('the making is done');
    await flow.setFlow('paused');
    sides[1]?.remote.make({ ...issue, title: 'Another' }, 'somebody else');
    await flow.tell();
    const other = (await flow.living()).find(({ data }) => data['title'] === 'Another');
    const joined = await transaction(at.worker, (tx) =>
      joinRecords(tx, {
        workspaceId: flow.trial.owner.workspaceId,
        recordIds: [String(record?.['id']), String(other?.['id'])],
        onDifference: 'first_side',
        firstStreamId: null,
      }),
    );
    expect(joined).toMatchObject({ outcome: 'refused' });
  });
});
