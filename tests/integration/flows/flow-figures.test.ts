import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { getFlow, listFlows } from '#lib/flows/index';
import { flowCountMost } from '#lib/flows/schema';
import { connectors, FlowWorld } from './flow-world.ts';

let at: FlowWorld;
beforeAll(async () => {
  at = await FlowWorld.make();
});
afterAll(() => at.world.close());

const figuresOf = async (flowId: string) => {
  const { workspaceId } = at.world.owner;
  const flow = await at.as((tx) => getFlow(tx, { connectors }, { workspaceId, flowId }));
  const listed = await at.as((tx) => listFlows(tx, { connectors }, { workspaceId }));
  expect(listed.find(({ id }) => id === flowId)).toEqual(flow);
  const { joined, owed, conflicts, refused } = flow;
  return { joined, owed, conflicts, refused };
};

it('a record is joined once, at however many sides and whichever they are', async () => {
  const [one, two, three] = [await at.stream(), await at.stream(), await at.stream()];
  const flow = await at.create([one, two, three]);
  const none = await at.stream();
  for (const streams of [
    [one, two, three],
    [one, three],
    [two, three],
    [one],
    [three],
    [two, none],
  ]) {
    await at.record(streams);
  }
  expect(await figuresOf(flow.id)).toEqual({ joined: 3, owed: 0, conflicts: 0, refused: 0 });
  const { admin } = at.world;
  await admin`update public.links set state = 'dirty' where stream_id = ${two}`;
  await admin`update public.links set state = 'refused' where stream_id = ${one}`;
  // What has ended at a side does not live there.
  await admin`
    update public.links set state = 'tombstone' where id = (
      select id from public.links where stream_id = ${three} order by id limit 1)`;
  await at.owe((await at.record([one])).recordId, two);
  expect(await figuresOf(flow.id)).toEqual({ joined: 3, owed: 4, conflicts: 0, refused: 3 });
});

it('figures are exact up to their bound, and say that there are more beyond it', async () => {
  const [one, two] = [await at.stream(), await at.stream()];
  const flow = await at.create([one, two]);
  const { admin } = at.world;
  const { workspaceId } = at.world.owner;
  const add = async (rows: number) => {
    const before = newId();
    await admin`
      insert into public.records (id, workspace_id, kind, data)
      select gen_random_uuid(), ${workspaceId}, 'task', jsonb_build_object('title', ${before}::text)
      from generate_series(1, ${rows}::int)`;
    await admin`
      insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, state)
      select gen_random_uuid(), ${workspaceId}, r.id, s.connection_id, s.id, 'task', r.id::text, 'dirty'
      from public.records r cross join public.streams s
      where r.data ->> 'title' = ${before} and s.id = any(${[one, two]}::uuid[])`;
  };
  await add(flowCountMost / 2);
  expect(await figuresOf(flow.id)).toMatchObject({
    joined: flowCountMost / 2,
    owed: flowCountMost,
  });
  await add(flowCountMost / 2 + 5);
  expect(await figuresOf(flow.id)).toMatchObject({
    joined: flowCountMost + 1,
    owed: flowCountMost + 1,
  });
});
