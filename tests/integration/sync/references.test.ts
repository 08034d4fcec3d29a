import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, newId } from '#lib/core/index';
import { asUser, transaction } from '#lib/db/index';
import { getRecord } from '#lib/records/index';
import { joinRecords, oweCreations } from '#lib/sync/index';
import { FlowTrial } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import type { Side } from './model/trial.ts';
import {
  beginPlaced,
  idOf,
  names,
  parentOf,
  parents,
  place,
  titled,
  told,
} from './reference-trial.ts';

let at: ModelDatabase;
let flow: FlowTrial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

const conflicts = () =>
  flow.trial.admin`select field, status from public.conflicts
    where workspace_id = ${flow.trial.owner.workspaceId}`;
const waiting = () =>
  flow.trial.admin`select unsaid_name from public.links
    where workspace_id = ${flow.trial.owner.workspaceId} and unsaid_name is not null`;

const recordAsRead = (recordId: string) =>
  asUser(flow.trial.at.web, flow.trial.owner, (tx) => getRecord(tx, { recordId }));

const begin = async (count = 3): Promise<[Side, Side]> => {
  flow = await beginPlaced(at, count);
  return [flow.side(0), flow.side(1)];
};

describe('a field that names another record', () => {
  it('is said to each service by its own name for that record, in both directions', async () => {
    const [left, right] = await begin();
    place(left, 'One', 'Two');
    await flow.work();
    expect(parentOf(right, 'One')).toBe('Two');
    place(right, 'One', 'Three');
    await flow.work();
    expect(parentOf(left, 'One')).toBe('Three');
    place(right, 'One', null);
    await flow.work();
    expect(parentOf(left, 'One')).toBe(null);
    expect([told(left).length, told(right).length]).toEqual([2, 1]);
    expect(await conflicts()).toEqual([]);
    await flow.work(6);
    expect([told(left).length, told(right).length]).toEqual([2, 1]);
  });

  it('is the same when both sides say it at once, and asks when they do not', async () => {
    const [left, right] = await begin();
    place(left, 'One', 'Two');
    place(right, 'One', 'Two');
    await flow.work();
    expect([told(left), told(right)]).toEqual([[], []]);
    expect(await conflicts()).toEqual([]);
    // One name, and two records.
    left.remote.edit(idOf(left, 'Two'), { parent: 'ENG-3' });
    right.remote.edit(idOf(right, 'Two'), { parent: 'ENG-3' });
    await flow.work();
    expect([told(left), told(right)]).toEqual([[], []]);
    expect(await conflicts()).toEqual([{ field: 'parent', status: 'open' }]);
  });

  it('is left unsaid where the other has no name, and follows when it has', async () => {
    const [left, right] = await begin(2);
    const { trial } = flow;
    await flow.setFlow('paused');
    left.remote.create('L-9', titled('Late'));
    await flow.work(2);
    await flow.setFlow('live');
    place(left, 'One', 'Late');
    left.remote.edit(idOf(left, 'One'), { body: 'said all the same' });
    await flow.work();
    expect(told(right)).toEqual([{ body: 'said all the same' }]);
    expect(await waiting()).toEqual([{ unsaid_name: `L-9@${left.connectionId}` }]);
    const [row] = await trial.admin`
      select record_id from public.links where connection_id = ${right.connectionId} and unsaid_name is not null`;
    const [, shown] = (await recordAsRead(String(row?.['record_id']))).links;
    expect(shown).toMatchObject({ state: 'synced', unsaid_name: 'L-9' });
    const [late] = await trial.admin`
      select record_id from public.links where connection_id = ${left.connectionId} and external_id = 'L-9'`;
    await transaction(trial.at.worker, (tx) =>
      oweCreations(tx, {
        workspaceId: trial.owner.workspaceId,
        recordIds: [String(late?.['record_id'])],
        streamIds: [right.streamId],
      }),
    );
    await flow.sayYes();
    await flow.work();
    expect(parentOf(right, 'One')).toBe('Late');
    expect(told(right)).toHaveLength(2);
    expect(await waiting()).toEqual([]);
    await flow.work();
    expect([told(left), told(right).length]).toEqual([[], 2]);
  });

  it('is read from a service whose parent nobody else has, and comes back from nowhere', async () => {
    const [left, right] = await begin(2);
    right.remote.edit(idOf(right, 'One'), { parent: 'ENG-77' });
    await flow.work();
    expect(told(left)).toEqual([]);
    expect(await waiting()).toEqual([{ unsaid_name: `ENG-77@${right.connectionId}` }]);
    place(left, 'One', 'Two');
    await flow.work(6);
    // Left was never told of the other one: both have changed it.
    expect(await conflicts()).toEqual([{ field: 'parent', status: 'open' }]);
    expect([told(left), told(right)]).toEqual([[], []]);
  });

  it('comes to rest in circles, and with parents that are gone', async () => {
    const [left, right] = await begin();
    place(left, 'One', 'Two');
    place(right, 'Two', 'One');
    await flow.work();
    expect(parents(left, names.slice(0, 3))).toEqual(parents(right, names.slice(0, 3)));
    const calls = told(left).length + told(right).length;
    expect(calls).toBe(2);
    right.remote.remove(idOf(right, 'Three'));
    left.remote.edit(idOf(left, 'One'), { parent: 'ENG-3' });
    await flow.work(6);
    const [before] = [told(left).length + told(right).length];
    await flow.work(6);
    expect(told(left).length + told(right).length).toBe(before);
  });
});

describe('records that become one', () => {
  const recordOf = async (side: Side, title: string): Promise<string> => {
    const [row] = await flow.trial.admin`
      select record_id from public.links
      where connection_id = ${side.connectionId} and external_id = ${idOf(side, title)}`;
    return String(row?.['record_id']);
  };
  const join = async (title: string): Promise<void> => {
    const [left, right] = [flow.side(0), flow.side(1)];
    const recordIds = [await recordOf(left, title), await recordOf(right, title)] as const;
    const joined = await transaction(flow.trial.at.worker, (tx) =>
      joinRecords(tx, {
        workspaceId: flow.trial.owner.workspaceId,
        recordIds,
        onDifference: 'ask',
        firstStreamId: null,
      }),
    );
    expect(joined.outcome).toBe('joined');
  };

  /** Both have a child under a parent, by names that mean other things at the other. */
  const apart = async (child: JsonObject = { parent: 'ENG-2' }): Promise<[Side, Side]> => {
    flow = await FlowTrial.begin(at, [{ name: 'left' }, { name: 'right' }]);
    const [left, right] = [flow.side(0), flow.side(1)];
    await flow.setFlow('paused');
    left.remote.create('ENG-1', titled('Child', child));
    left.remote.create('ENG-2', titled('Parent'));
    left.remote.create('ENG-3', titled('Other'));
    right.remote.create('ENG-1', titled('Other'));
    right.remote.create('ENG-2', titled('Child', { parent: 'ENG-3' }));
    right.remote.create('ENG-3', titled('Parent'));
    await flow.work(2);
    await flow.setFlow('live');
    return [left, right];
  };

  it('name what they named before, in whatever order they are joined', async () => {
    const [left, right] = await apart();
    for (const title of ['Child', 'Parent', 'Other']) await join(title);
    await flow.work();
    expect([told(left), told(right)]).toEqual([[], []]);
    expect(await conflicts()).toEqual([]);
    place(right, 'Child', 'Other');
    await flow.work();
    expect(told(left)).toEqual([{ parent: 'ENG-3' }]);
    place(left, 'Child', 'Parent');
    await flow.work();
    expect(told(right)).toEqual([{ parent: 'ENG-3' }]);
    expect(await conflicts()).toEqual([]);
  });

  it('keep the words of the one that stays, though the other has been linked for longer', async () => {
    const [left, right] = await apart();
    await flow.trial.admin`update public.links set id = ${newId()}
      where connection_id = ${left.connectionId} and external_id = 'ENG-1'`;
    for (const title of ['Parent', 'Other', 'Child']) await join(title);
    await flow.work();
    expect([told(left), told(right)]).toEqual([[], []]);
    const [record] = await flow.trial.admin`
      select data ->> 'parent' as parent, home_connection_id as home from public.records
      where id = ${await recordOf(left, 'Child')}`;
    expect(record).toEqual({ parent: 'ENG-2', home: left.connectionId });
    place(left, 'Child', 'Other');
    await flow.work();
    expect(told(right)).toEqual([{ parent: 'ENG-1' }]);
  });

  it('take the word of the one that has any, translated', async () => {
    const [left, right] = await apart({});
    for (const title of ['Parent', 'Other', 'Child']) await join(title);
    const [record] = await flow.trial.admin`
      select data ->> 'parent' as parent from public.records where id = ${await recordOf(left, 'Child')}`;
    expect(record).toEqual({ parent: 'ENG-2' });
    await flow.work();
    expect(told(right)).toEqual([]);
  });
});
