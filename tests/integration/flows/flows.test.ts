import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { deleteFlow, getFlow, listFlows } from '#lib/flows/index';
import { flowSchema } from '#lib/flows/schema';
import { type Member, makeMember } from '../sync/world.ts';
import { connectors, FlowWorld, faultOf, rule, side } from './flow-world.ts';

let at: FlowWorld;
let viewer: Member;
beforeAll(async () => {
  at = await FlowWorld.make();
  viewer = await makeMember(at.world.admin, 'viewer', 'viewer', at.world.owner.workspaceId);
});
afterAll(() => at.world.close());

const deps = { connectors };
const list = (who?: Member) =>
  at.as((tx) => listFlows(tx, deps, { workspaceId: at.world.owner.workspaceId }), who);
const get = (flowId: string, who?: Member) =>
  at.as((tx) => getFlow(tx, deps, { workspaceId: at.world.owner.workspaceId, flowId }), who);
const remove = (flowId: string, who?: Member) =>
  at.as((tx) => deleteFlow(tx, { workspaceId: at.world.owner.workspaceId, flowId }), who);
describe('a flow', () => {
  it('is a draft with the sides, rules and order it was given', async () => {
    const [one, two] = [await at.stream('rich', { name: 'acme/web' }), await at.stream('reader')];
    const bodyIn = rule('body', { direction: 'in', policy: 'remote_wins' });
    const flow = await at.create([], { sides: [side(one, [bodyIn]), side(two, [], false)] });
    expect(flowSchema.parse(flow)).toEqual(flow);
    expect(flow).toMatchObject({
      status: 'draft',
      kind: 'task',
      version: 1,
      match_fields: ['title'],
      on_difference: 'ask',
      joined: 0,
      owed: 0,
      plan_id: null,
      sides: [
        {
          stream_id: one,
          stream_name: 'acme/web',
          connector: 'rich',
          position: 0,
          creates: true,
          can_create: true,
          rules: [bodyIn],
        },
        { stream_id: two, position: 1, creates: false, can_create: false, rules: [] },
      ],
    });
    expect(await get(flow.id)).toEqual(flow);
    expect((await list(viewer)).find(({ id }) => id === flow.id)).toEqual(flow);
  });

  it('makes objects where they can be, and is refused where somebody wants more', async () => {
    const [one, reader] = [await at.stream(), await at.stream('reader')];
    const titleIn = rule('title', { direction: 'in' });
    const fault = await faultOf(
      at.create([], { sides: [side(one), side(reader, [titleIn], true)] }),
    );
    expect(fault?.fields).toContain('sides.1.creates');
    const flow = await at.create([], { sides: [side(one), side(reader, [titleIn])] });
    expect(flow.sides.map(({ creates }) => creates)).toEqual([true, false]);
    // As a former release stored it: what is read again can be sent as it is.
    await at.world.admin`update public.flow_sides set creates = true where stream_id = ${reader}`;
    expect((await get(flow.id)).sides.map(({ creates }) => creates)).toEqual([true, false]);
    await at.change(flow.id, { match_fields: ['title', 'body'] });
    const sides = [side(one), side(reader, [titleIn], false)];
    expect((await at.change(flow.id, { sides })).sides[1]).toMatchObject({ creates: false });
  });

  it('is refused with every fault at once', async () => {
    const [one, other] = [await at.stream('poor'), await at.stream('rich')];
    const channel = await at.stream('rich', { resource: 'messages', kind: 'message' });
    await at.create([other, await at.stream()], { name: 'First' });
    const foreign = await at.stream('rich', { workspaceId: at.world.stranger.workspaceId });
    const map = { type: 'values', pairs: [{ here: 'in_progress', there: 'in_progress' }] };
    const bad = rule('state', { transform: { ...map, otherwise: 'keep' } as never });
    const fault = await faultOf(
      at.create([], {
        sides: [side(one, [bad, rule('priority')]), side(other), side(foreign)],
        match_fields: ['title', 'weight'],
      }),
    );
    expect(fault?.code).toBe('request.invalid');
    expect(fault?.fields).toEqual([
      'sides.1.stream_id',
      'sides.2.stream_id',
      'sides.0.rules.0.transform.pairs.0.there',
      'sides.0.rules.1.direction',
      'match_fields.1',
    ]);
    const told = await faultOf(at.create([one, channel]));
    expect(told?.fields).toEqual(['sides.1.stream_id']);
    expect(told?.reasons).toContain('subscription under Deliveries');
    expect((await list()).some(({ sides }) => sides.some((s) => s.stream_id === one))).toBe(false);
  });

  it('of two who want one stream at once, one has it and the other hears so', async () => {
    for (let round = 0; round < 5; round += 1) {
      const shared = [await at.stream(), await at.stream()] as const;
      const [left, right] = [await at.stream(), await at.stream()];
      const ends = await Promise.all([
        faultOf(at.create([shared[0], shared[1], left])),
        faultOf(at.create([right, shared[1], shared[0]])),
      ]);
      const lost = ends.filter((end) => end !== null);
      expect(lost).toHaveLength(1);
      // Whoever asks after the other has committed is told by the check.
      expect(['resource.conflict', 'request.invalid']).toContain(lost[0]?.code);
      const held = (await list()).filter(({ sides }) =>
        sides.some(({ stream_id: id }) => shared.includes(id)),
      );
      expect(held).toHaveLength(1);
    }
  });

  it('that asks while the other has not committed yet gets a conflict that names the side', async () => {
    const [shared, left, right] = [await at.stream(), await at.stream(), await at.stream()];
    let second: ReturnType<typeof faultOf> = Promise.resolve(null);
    const { admin } = at.world;
    await admin.begin(async (tx) => {
      const flowId = newId();
      const { workspaceId } = at.world.owner;
      await tx`insert into public.flows (id, workspace_id, name, kind) values (${flowId}, ${workspaceId}, 'First', 'task')`;
      await tx`
        insert into public.flow_sides (stream_id, workspace_id, flow_id, position)
        values (${shared}, ${workspaceId}, ${flowId}, 0), (${left}, ${workspaceId}, ${flowId}, 1)`;
      second = faultOf(at.create([right, shared]));
      // It waits for the key that this transaction holds.
      await expect
        .poll(async () => {
          const [row] = await admin`
            select count(*)::int as waiting from pg_locks where not granted`;
          return row?.['waiting'];
        })
        .toBeGreaterThan(0);
    });
    expect(await second).toMatchObject({
      code: 'resource.conflict',
      fields: ['sides.1.stream_id'],
    });
  });
});

describe('its figures', () => {
  it('count records at more than one side, what is owed, in conflict and refused', async () => {
    const [one, two, three] = [await at.stream(), await at.stream(), await at.stream()];
    const flow = await at.create([one, two, three]);
    const other = await at.create([await at.stream(), await at.stream()]);
    const joined = await at.record([one, two]);
    await at.record([one, two, three], 'dirty');
    await at.record([one, two], 'tombstone');
    await at.record([three], 'refused');
    const alone = await at.record([one]);
    await at.owe(alone.recordId, two);
    await at.owe(alone.recordId, three, 'refused');
    // An edit and an object nobody knows the end of are neither on their way nor refused.
    const lost = await at.record([two], 'unknown');
    await at.owe(lost.recordId, three, 'unknown');
    await at.owe(joined.recordId, three, 'done');
    await at.world.admin`
      insert into public.conflicts (id, workspace_id, record_id, link_id, field, policy, status)
      values (${newId()}, ${at.world.owner.workspaceId}, ${joined.recordId}, ${joined.links[0] ?? ''}, 'title', 'manual', 'open'),
        (${newId()}, ${at.world.owner.workspaceId}, ${joined.recordId}, ${joined.links[1] ?? ''}, 'body', 'manual', 'resolved')`;
    const figures = { joined: 2, owed: 4, unknown: 2, conflicts: 1, refused: 2 };
    expect(await get(flow.id)).toMatchObject(figures);
    const all = await list();
    expect(all.find(({ id }) => id === flow.id)).toMatchObject(figures);
    const none = { joined: 0, owed: 0, unknown: 0, conflicts: 0, refused: 0 };
    expect(all.find(({ id }) => id === other.id)).toMatchObject(none);
  });
});

describe('whoever is not an editor there', () => {
  it('writes nothing, and a stranger sees nothing', async () => {
    const [one, two] = [await at.stream(), await at.stream()];
    const flow = await at.create([await at.stream(), await at.stream()]);
    const { stranger } = at.world;
    expect(await list(stranger)).toEqual([]);
    const tries = [() => get(flow.id, stranger), () => at.change(flow.id, { name: 'x' }, stranger)];
    for (const work of tries) {
      expect(await faultOf(work())).toMatchObject({ code: 'resource.not_found' });
    }
    expect((await faultOf(at.create([one, two], {}, viewer)))?.code).toBe('42501');
    // A viewer may not even keep the row from others.
    expect(await faultOf(at.change(flow.id, { name: 'x' }, viewer))).not.toBeNull();
    expect(await faultOf(remove(flow.id, viewer))).not.toBeNull();
    expect((await get(flow.id)).name).toBe('Both');
    // Members make no creations of their own.
    const { recordId } = await at.record([one]);
    const insert = at.as(
      (tx) => tx`
        insert into public.creations (id, workspace_id, record_id, connection_id, stream_id)
        select ${newId()}, workspace_id, ${recordId}, connection_id, id from public.streams where id = ${two}`,
    );
    expect((await faultOf(insert))?.code).toBe('42501');
  });
});
