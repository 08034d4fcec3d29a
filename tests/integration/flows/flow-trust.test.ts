import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getFlow, listCreations, listFlows, releaseOwed } from '#lib/flows/index';
import { setFieldPolicy } from '#lib/sync/index';
import { type Member, makeMember } from '../sync/world.ts';
import { connectors, faultOf, rule } from './flow-world.ts';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
let viewer: Member;
beforeAll(async () => {
  at = await PlanWorld.make();
  viewer = await makeMember(at.admin, 'looker', 'viewer', at.workspaceId);
});
afterAll(() => at.flows.world.close());

const task = (title: string) => ({ title, state: 'open' });
const statusOf = async (flowId: string): Promise<unknown> =>
  (await at.admin`select status from public.flows where id = ${flowId}`)[0]?.['status'];

describe('what a flow owes', () => {
  it('is not read on from a place that is none', async () => {
    const { flowId } = await at.flow([task('One')], []);
    const { workspaceId } = at;
    const read = (cursor: string) =>
      at.flows.as((tx) => listCreations(tx, { workspaceId, flowId, cursor, limit: 5 }));
    for (const cursor of [`0.${'-'.repeat(36)}`, `2.${'f'.repeat(36)}`, '3.x', '']) {
      expect([cursor, (await faultOf(read(cursor)))?.code]).toEqual([cursor, 'request.invalid']);
    }
  });

  it('is not released by somebody who only reads, even where nobody asked for the role', async () => {
    const { flowId } = await at.flow([task('One')], []);
    const release = at.flows.as(
      (tx) => releaseOwed(tx, { workspaceId: at.workspaceId, flowId }),
      viewer,
    );
    await expect(release).rejects.toMatchObject({ code: 'resource.not_found' });
  });
});

describe('a flow whose plan is being carried out', () => {
  it('is not paused beneath it: it would be live again at the end', async () => {
    const { flowId } = await at.flow([task('One')], [task('One')]);
    await at.enabled((await at.planned(flowId)).id);
    expect(await statusOf(flowId)).toBe('live');
    const { id } = await at.planned(flowId);
    await at.enable(id);
    const fault = await faultOf(at.flows.change(flowId, { status: 'paused' }));
    expect(fault).toMatchObject({ code: 'resource.conflict', fields: ['status'] });
    await at.cancel(id);
    expect(await at.flows.change(flowId, { status: 'paused' })).toMatchObject({ status: 'paused' });
    await at.work();
    expect(await statusOf(flowId)).toBe('paused');
  });
});

describe('a mapping that somebody else has changed meanwhile', () => {
  it('is not overwritten unseen, also where a choice is to hold always', async () => {
    const { flowId } = await at.flow([], []);
    const { workspaceId } = at;
    const [flow] = await at.flows.as((tx) => listFlows(tx, { connectors }, { workspaceId }));
    const sides = (flow?.sides ?? []).map(({ stream_id, creates, rules, rules_version }) => ({
      stream_id,
      creates,
      rules: [...rules, rule('labels', { direction: 'in' })],
      rules_version,
    }));
    const streamId = sides[0]?.stream_id ?? '';
    await at.flows.as((tx) =>
      setFieldPolicy(tx, { workspaceId, streamId, field: 'title', policy: 'local_wins' }),
    );
    const fault = await faultOf(at.flows.change(flowId, { sides }));
    expect(fault).toMatchObject({ code: 'resource.conflict', fields: ['rules_version'] });
    const present = await at.flows.as((tx) => getFlow(tx, { connectors }, { workspaceId, flowId }));
    expect(present.sides[0]?.rules).toEqual([rule('title', { policy: 'local_wins' })]);
    const changed = await at.flows.change(flowId, {
      sides: sides.map((one, n) => ({ ...one, rules_version: present.sides[n]?.rules_version })),
    });
    expect(changed.sides.map(({ rules_version }) => rules_version)).toEqual([3, 2]);
  });
});
