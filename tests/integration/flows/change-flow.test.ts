import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteFlow, getFlow } from '#lib/flows/index';
import type { FlowPatch } from '#lib/flows/schema';
import { connectors, FlowWorld, faultOf, rule, side } from './flow-world.ts';

let at: FlowWorld;
beforeAll(async () => {
  at = await FlowWorld.make();
});
afterAll(() => at.world.close());

const get = (flowId: string) => {
  const { workspaceId } = at.world.owner;
  return at.as((tx) => getFlow(tx, { connectors }, { workspaceId, flowId }));
};
const remove = (flowId: string) =>
  at.as((tx) => deleteFlow(tx, { workspaceId: at.world.owner.workspaceId, flowId }));

describe('a change', () => {
  const live = async () => {
    const streams = [await at.stream(), await at.stream()];
    const flow = await at.create(streams);
    await at.enable(flow.id);
    return { flow, streams, sides: streams.map((id) => side(id)) };
  };

  it.each<[string, (sides: FlowPatch['sides']) => FlowPatch, boolean]>([
    ['its name', () => ({ name: 'Other' }), false],
    ['its status', () => ({ status: 'paused' }), false],
    ['nothing', (sides) => ({ sides, match_fields: ['title'], on_difference: 'ask' }), false],
    ['the order of its sides', (sides) => ({ sides: sides?.toReversed() }), true],
    ['what it matches by', () => ({ match_fields: ['title', 'body'] }), true],
    ['what stands where values differ', () => ({ on_difference: 'first_side' }), true],
    [
      'whether a side creates',
      (sides) => ({ sides: sides?.map((s) => ({ ...s, creates: false })) }),
      true,
    ],
    [
      'a rule',
      (sides) => ({
        sides: sides?.map((s) => ({ ...s, rules: [rule('body', { direction: 'in' })] })),
      }),
      true,
    ],
  ])('of %s leaves plans behind, or not', async (_, patchOf, isOther) => {
    const { flow, sides } = await live();
    const changed = await at.change(flow.id, patchOf(sides));
    expect(changed.version - flow.version).toBe(isOther ? 1 : 0);
    expect(changed.status).toBe(patchOf(sides).status ?? 'live');
  });

  it('by a new side makes a draft of it, and takes what was owed to one that goes', async () => {
    const { flow, streams } = await live();
    const [kept = '', gone = ''] = streams;
    const added = await at.stream();
    const [owed, sending] = [await at.record([kept]), await at.record([kept])];
    await at.owe(owed.recordId, gone);
    await at.owe(sending.recordId, gone, 'sending');
    expect(
      await faultOf(at.change(flow.id, { status: 'live', sides: [side(kept), side(added)] })),
    ).toMatchObject({
      code: 'resource.conflict',
      fields: ['status'],
    });
    const changed = await at.change(flow.id, { sides: [side(kept), side(added)] });
    expect(changed).toMatchObject({ status: 'draft', version: flow.version + 1 });
    expect(changed.sides.map((s) => s.stream_id)).toEqual([kept, added]);
    const states = await at.world.admin`
      select state, next_attempt_at from public.creations where stream_id = ${gone} order by created_at`;
    expect(states.map((row) => row['state'])).toEqual(['cancelled', 'sending']);
    expect(states[0]?.['next_attempt_at']).toBeNull();
    // The stream that went is free again.
    expect(await faultOf(at.create([gone, await at.stream()]))).toBeNull();
  });

  it('by a side that goes keeps that apart from the others, and those together', async () => {
    const [one, two, three] = [await at.stream(), await at.stream(), await at.stream()];
    const flow = await at.create([one, two, three]);
    const apart = async () => {
      const rows = await at.world.admin`
        select stream_id, other_id from public.parted_streams where stream_id = any(${[one, two, three]})`;
      return rows.map((row) => [row['stream_id'], row['other_id']].join(' ')).sort();
    };
    await at.change(flow.id, { sides: [side(one), side(two)] });
    expect(await apart()).toEqual([]);
    await at.change(flow.id, { sides: [side(one), side(two), side(three)] });
    await at.enable(flow.id);
    await at.change(flow.id, { sides: [side(one), side(two)] });
    expect(await apart()).toEqual(
      [`${one} ${three}`, `${two} ${three}`, `${three} ${one}`, `${three} ${two}`].sort(),
    );
  });

  it('makes a draft neither run nor rest', async () => {
    const flow = await at.create([await at.stream(), await at.stream()]);
    for (const status of ['live', 'paused'] as const) {
      expect(await faultOf(at.change(flow.id, { status }))).toMatchObject({
        code: 'resource.conflict',
      });
    }
    await at.enable(flow.id);
    expect((await at.change(flow.id, { status: 'paused' })).status).toBe('paused');
    expect((await at.change(flow.id, { status: 'live' })).status).toBe('live');
  });

  it('that would not be a flow changes nothing', async () => {
    const { flow, streams, sides } = await live();
    const before = await get(flow.id);
    const bad = [
      side(streams[0] ?? '', [rule('number', { direction: 'out' })]),
      side(streams[1] ?? ''),
    ];
    expect(await faultOf(at.change(flow.id, { name: 'Other', sides: bad }))).toMatchObject({
      code: 'request.invalid',
    });
    expect(await faultOf(at.change(flow.id, { match_fields: ['nothing'] }))).toMatchObject({
      fields: ['match_fields.0'],
    });
    const channels = [
      side(await at.stream('rich', { resource: 'messages', kind: 'message' })),
      side(await at.stream('poor', { resource: 'messages', kind: 'message' })),
    ];
    const others = { sides: channels, match_fields: ['body'] };
    expect(await faultOf(at.change(flow.id, others))).toMatchObject({ code: 'request.invalid' });
    expect(await get(flow.id)).toEqual(before);
    expect(sides).toHaveLength(2);
  });
});

describe('without the flow', () => {
  it('links, joined records and rules stay, and what was owed is not made', async () => {
    const [one, two] = [await at.stream(), await at.stream()];
    const flow = await at.create([], {
      sides: [side(one, [rule('body', { direction: 'in' })]), side(two)],
    });
    const { recordId } = await at.record([one, two]);
    const alone = await at.record([one]);
    await at.owe(alone.recordId, two);
    await remove(flow.id);
    expect(await faultOf(get(flow.id))).toMatchObject({ code: 'resource.not_found' });
    const [left] = await at.world.admin`
      select (select count(*)::int from public.links where record_id = ${recordId}) as links,
        (select count(*)::int from public.flow_sides where flow_id = ${flow.id}) as sides,
        (select count(*)::int from public.stream_rules where stream_id = ${one}) as rules,
        (select state from public.creations where record_id = ${alone.recordId}) as creation`;
    expect(left).toEqual({ links: 2, sides: 0, rules: 1, creation: 'cancelled' });
  });
});
