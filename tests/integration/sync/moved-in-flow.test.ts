import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import { newId } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import { deleteFlow } from '#lib/flows/index';
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

/** Where the object of the first side is by now. */
let place: string | null;

/** One record at both sides of a live flow; the first service says where its object is. */
beforeEach(async () => {
  place = null;
  flow = await FlowTrial.begin(at, [{ ordered: true }, { ordered: true }]);
  const { api } = flow.side(0).api;
  const read = api.read.bind(api);
  api.read = async (...given) => placed(await read(...given));
  flow.side(0).remote.create('1', issue);
  await flow.work();
});

const placed = <T extends RemoteObject | null>(object: T): T =>
  object === null || place === null ? object : { ...object, scopeKey: place };

/** Somebody moves the object of a side, and edits it there. */
async function move(side: Side, to: string): Promise<void> {
  place = to;
  side.remote.edit('1', { body: `moved to ${to}` });
  await flow.trial.observe(side, ...side.remote.queue.splice(0).map(placed));
}

/** Another stream of the side's connection, of no flow. */
async function follow(side: Side, scopeKey: string): Promise<string> {
  const id = newId();
  await flow.trial.admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
    select ${id}, workspace_id, connection_id, resource, kind, ${scopeKey}, scope, ${scopeKey}, 'live'
    from public.streams where id = ${side.streamId}`;
  return id;
}

const linkOf = async (side: Side) => {
  const [row] = await flow.trial.admin`
    select state, stream_id, error ->> 'code' as code from public.links
    where connection_id = ${side.connectionId}`;
  return row;
};
const hubWrites = (side: Side) =>
  side.remote.writes.filter(({ by }) => by === 'hub').map(({ patch }) => patch);

describe('an object of a flow that is moved', () => {
  it('to where nobody looks ends nothing at the other side, and is made nowhere again', async () => {
    const [left, right] = [flow.side(0), flow.side(1)];
    await move(left, 'elsewhere');
    await flow.work();
    expect(await linkOf(left)).toMatchObject({ state: 'inaccessible', code: 'sync.left_scope' });
    expect(await flow.state()).toEqual(flow.one());
    expect(shown(right)).toEqual([issue]);
    right.remote.edit(right.remote.made[0]?.id ?? '', { title: 'Goes on' });
    await flow.work();
    expect(await flow.living()).toMatchObject([{ data: { title: 'Goes on' }, links: 2 }]);
    expect(hubWrites(left)).toEqual([]);
    expect(await flow.trial.admin`select 1 from public.conflicts`).toEqual([]);
    place = null;
    left.remote.edit('1', { labels: ['back'] });
    await flow.work();
    expect(shown(left)).toMatchObject([{ title: 'Goes on', labels: ['back'] }]);
    expect(shown(right)).toMatchObject([{ title: 'Goes on', labels: ['back'] }]);
    expect(await flow.state()).toEqual(flow.one());
  });

  it('to another stream of its connection lives on at both, and is made nowhere again', async () => {
    const [left, right] = [flow.side(0), flow.side(1)];
    const other = await follow(left, 'elsewhere');
    await move(left, 'elsewhere');
    await flow.work();
    expect(await linkOf(left)).toMatchObject({ state: 'synced', stream_id: other });
    expect(shown(right)).toMatchObject([{ body: 'moved to elsewhere' }]);
    right.remote.edit(right.remote.made[0]?.id ?? '', { title: 'From the other side' });
    await flow.work();
    expect(shown(left)).toMatchObject([{ title: 'From the other side' }]);
    expect(await flow.state()).toEqual(flow.one());
  });

  it('to another stream of its connection is kept apart once the flow is removed', async () => {
    const [left, right] = [flow.side(0), flow.side(1)];
    const other = await follow(left, 'elsewhere');
    await move(left, 'elsewhere');
    await flow.work();
    expect(await linkOf(left)).toMatchObject({ stream_id: other });
    const { owner } = flow.trial;
    const made = right.remote.made[0]?.id ?? '';
    right.remote.edit(made, { labels: ['owed'] });
    await flow.tell();
    expect(await linkOf(left)).toMatchObject({ state: 'dirty' });
    await asUser(at.web, owner, (tx) =>
      deleteFlow(tx, { workspaceId: owner.workspaceId, flowId: flow.flowId }),
    );
    await flow.work();
    expect(hubWrites(left)).toEqual([]);
    left.remote.edit('1', { title: 'Only at the left' });
    await flow.trial.observe(left, ...left.remote.queue.splice(0).map(placed));
    right.remote.edit(made, { body: 'only at the right' });
    await flow.work();
    expect(shown(left)).toMatchObject([{ title: 'Only at the left', body: 'moved to elsewhere' }]);
    expect(shown(right)).toMatchObject([{ title: issue.title, body: 'only at the right' }]);
  });
});
