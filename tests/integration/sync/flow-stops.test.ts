import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { deleteFlow, enablePlan } from '#lib/flows/index';
import { lineageUseCases } from '#lib/hub/web-lineage';
import { getRecord } from '#lib/records/index';
import {
  plain,
  type RemoteSwitches,
  remoteFields,
} from '../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../setup/mortal.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
let flowId: string;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

const objects = { '1': { title: 'issue', body: 'x', state: 'open', labels: ['bug'] } };
/** One object at each side, joined by a live flow. */
const begin = async (...switches: Partial<RemoteSwitches>[]): Promise<Side[]> => {
  const sides = switches.map((given, n) => ({
    ...plain,
    name: `side${n}`,
    ordered: true,
    ...given,
  }));
  trial = await Trial.begin(at, sides, null, objects);
  flowId = await trial.flow();
  return trial.sides;
};
const tell = async () => {
  for (const side of trial.sides) await trial.observe(side, ...side.remote.queue.splice(0));
};
const work = async (rounds = 4): Promise<string[]> => {
  const outcomes: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await tell();
    outcomes.push(...(await trial.runJobs(new Mortal(), ['push', 'create'])));
    await trial.letTimePass();
  }
  return outcomes;
};
const setFlow = (status: 'live' | 'paused' | 'draft') =>
  trial.admin`update public.flows set status = ${status} where id = ${flowId}`;
const remove = () =>
  asUser(at.web, trial.owner, (tx) =>
    deleteFlow(tx, { workspaceId: trial.owner.workspaceId, flowId }),
  );
const writes = () =>
  trial.sides.map(({ remote }) =>
    remote.writes.filter(({ by }) => by === 'hub').map(({ patch }) => patch),
  );
const fields = () => trial.sides.map(({ remote }) => remote.objects.get('1')?.fields ?? {});
const links = () => trial.admin`
  select state, held, ours, dirty_at is not null as is_dirty from public.links
  where workspace_id = ${trial.owner.workspaceId} order by id`;
const conflicts = () => trial.admin`
  select field, status from public.conflicts where workspace_id = ${trial.owner.workspaceId}`;
const record = async (): Promise<JsonObject> => {
  const [row] = await trial.admin`
    select r.data from public.records r join public.links l on l.record_id = r.id
    where l.workspace_id = ${trial.owner.workspaceId} limit 1`;
  return row?.['data'] as JsonObject;
};
const recordId = async () => {
  const [row] = await trial.admin`
    select record_id from public.links where workspace_id = ${trial.owner.workspaceId} limit 1`;
  return String(row?.['record_id']);
};
/** As the drawer shows them. */
const shownLinks = async () => {
  const id = await recordId();
  return (await asUser(at.web, trial.owner, (tx) => getRecord(tx, { recordId: id }))).links;
};
const why = async (field: string) => {
  const web = lineageUseCases(
    { asBearer: (_session, work) => asUser(at.web, trial.owner, work) },
    { writableFields: () => remoteFields, acceptedValues: () => null },
  );
  const told = await web.ofField({} as never, { recordId: await recordId(), field });
  return told.steps.map(({ text }) => text).join(' ');
};
const owedWork = async () => {
  const [row] = await trial.admin`
    select due from private.owed_work(${trial.owner.workspaceId}, 100) where queue = 'push'`;
  return row?.['due'];
};

describe('a flow that is paused', () => {
  it('lets no edit cross, of its services or of the hub, and sends them when it goes on', async () => {
    const [left] = await begin({}, {});
    await setFlow('paused');
    left?.remote.edit('1', { title: 'From the left' });
    await tell();
    await trial.editHere('1', { body: 'from the hub' });
    const calls = trial.sides.map(({ api }) => api.calls.length);
    expect(await work()).toEqual([]);
    expect(writes()).toEqual([[], []]);
    // Nothing is read either on behalf of what waits.
    expect(trial.sides.map(({ api }) => api.calls.length)).toEqual(calls);
    expect(await links()).toMatchObject([{ state: 'dirty' }, { state: 'dirty' }]);
    expect(await owedWork()).toBe(0);
    expect((await shownLinks()).map((link) => link.waits_for)).toEqual(['Both', 'Both']);
    expect(await why('body')).toContain('is still to be told, once the flow “Both” is resumed.');
    await setFlow('live');
    expect((await shownLinks()).map((link) => link.waits_for)).toEqual([null, null]);
    expect(await owedWork()).toBe(2);
    await work();
    expect(writes()).toEqual([
      [{ body: 'from the hub' }],
      [{ title: 'From the left', body: 'from the hub' }],
    ]);
    expect(await conflicts()).toEqual([]);
  });

  it('stops an edit whose turn had come already, and keeps it owed', async () => {
    const [left] = await begin({}, {});
    left?.remote.edit('1', { title: 'From the left' });
    await tell();
    const { enqueueDuePushes } = await import('#lib/sync/index');
    await enqueueDuePushes(trial.deps(new Mortal()));
    await setFlow('paused');
    expect(await trial.runJobs(new Mortal(), [])).toEqual(['postponed']);
    expect(writes()).toEqual([[], []]);
    expect(await links()).toMatchObject([{ state: 'synced' }, { state: 'dirty', is_dirty: true }]);
    await setFlow('live');
    await work();
    expect(writes()).toEqual([[], [{ title: 'From the left' }]]);
  });

  it('finds out what became of a call it was amid, and makes no other', async () => {
    const [left, right] = await begin({}, {});
    right?.api.faults.push({ on: 'update', kind: 'before' });
    left?.remote.edit('1', { title: 'From the left' });
    await tell();
    await trial.runJobs(new Mortal(), ['push']);
    await setFlow('paused');
    await trial.letTimePass();
    await work();
    expect(writes()).toEqual([[], []]);
    const open = await trial.admin`select 1 from public.push_intents
      where workspace_id = ${trial.owner.workspaceId} and (outcome is null or outcome = 'unknown')`;
    expect(open).toHaveLength(0);
    expect(await links()).toMatchObject([{ state: 'synced' }, { state: 'dirty' }]);
    await setFlow('live');
    await work();
    expect(writes()).toEqual([[], [{ title: 'From the left' }]]);
  });

  it('still reads what has to be read again', async () => {
    const [left] = await begin({}, {});
    await setFlow('paused');
    await trial.admin`update public.links set reread_at = now(), next_attempt_at = now()
      where connection_id = ${left?.connectionId ?? ''}`;
    left?.remote.edit('1', { title: 'Unheard of' });
    left?.remote.queue.splice(0);
    await work();
    expect(await record()).toMatchObject({ title: 'Unheard of' });
    expect(writes()).toEqual([[], []]);
  });

  it('that becomes a draft by a new side goes on with what is joined', async () => {
    const [left] = await begin({}, {});
    await setFlow('draft');
    left?.remote.edit('1', { title: 'From the left' });
    await work();
    expect(writes()).toEqual([[], [{ title: 'From the left' }]]);
  });
});

describe('a flow that is removed', () => {
  it('lets no edit of one service reach another, and asks nobody about two', async () => {
    const [left, right] = await begin({}, {});
    await remove();
    for (const n of [1, 2, 3]) {
      left?.remote.edit('1', { title: `Left ${n}`, body: `left ${n}` });
      await work(1);
      right?.remote.edit('1', { title: `Right ${n}`, labels: ['bug', `r${n}`] });
      await work(1);
    }
    await work();
    expect(writes()).toEqual([[], []]);
    expect(await conflicts()).toEqual([]);
    expect(fields()).toMatchObject([
      { title: 'Left 3', body: 'left 3', labels: ['bug'] },
      { title: 'Right 3', body: 'x', labels: ['bug', 'r3'] },
    ]);
    expect(await why('title')).toContain('keeps its own value of it, since a flow was removed:');
    // The record says what was changed last, wherever that was.
    expect(await record()).toMatchObject({ title: 'Right 3', body: 'left 3' });
    expect(await links()).toMatchObject([{ state: 'synced' }, { state: 'synced' }]);
  });

  it('still lets an edit of the hub reach each service, and nothing but what was edited', async () => {
    const [left] = await begin({}, {});
    await remove();
    left?.remote.edit('1', { title: 'Left' });
    await work();
    await trial.editHere('1', { body: 'from the hub' });
    await work();
    expect(writes()).toEqual([[{ body: 'from the hub' }], [{ body: 'from the hub' }]]);
    await trial.editHere('1', { title: 'from the hub' });
    await work();
    expect(fields()).toMatchObject([{ title: 'from the hub' }, { title: 'from the hub' }]);
    expect(await conflicts()).toEqual([]);
  });

  it('sends nothing of one service that was still owed to another, and all of the hub', async () => {
    const [left, right] = await begin({}, {});
    await setFlow('paused');
    left?.remote.edit('1', { title: 'From the left' });
    await tell();
    await trial.editHere('1', { body: 'from the hub' });
    await remove();
    await work();
    expect(writes()).toEqual([[{ body: 'from the hub' }], [{ body: 'from the hub' }]]);
    expect(fields()[1]).toMatchObject({ title: 'issue' });
    right?.remote.edit('1', { title: 'From the right' });
    await work();
    expect(fields()[0]).toMatchObject({ title: 'From the left' });
    expect(await conflicts()).toEqual([]);
  });

  it('is made anew by a plan that is enabled: what is edited from then on crosses again', async () => {
    const [left, right] = await begin({}, {});
    await remove();
    left?.remote.edit('1', { title: 'Apart' });
    await work();
    flowId = await trial.flow('draft');
    left?.remote.edit('1', { body: 'still apart' });
    await work();
    expect(writes()).toEqual([[], []]);
    const planId = newId();
    await trial.admin`insert into public.flow_plans (id, workspace_id, flow_id, flow_version, status)
      values (${planId}, ${trial.owner.workspaceId}, ${flowId}, 1, 'ready')`;
    const enabledBy = trial.owner.userId;
    await asUser(at.web, trial.owner, (tx) => enablePlan(tx, { planId, enabledBy }));
    right?.remote.edit('1', { title: 'Together' });
    await work();
    expect(writes()).toEqual([[{ title: 'Together' }], []]);
    left?.remote.edit('1', { body: 'together' });
    await work();
    expect(fields()).toMatchObject([
      { title: 'Together', body: 'together' },
      { title: 'Together', body: 'together' },
    ]);
    expect(await conflicts()).toEqual([]);
  });

  it('without ever having run stops nothing that went before it', async () => {
    const [left] = await begin({}, {});
    await setFlow('draft');
    await remove();
    left?.remote.edit('1', { title: 'From the left' });
    await work();
    expect(writes()).toEqual([[], [{ title: 'From the left' }]]);
  });
});
