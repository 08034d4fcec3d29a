import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MergePolicy } from '#lib/kinds/index';
import { saveRules, selectRules, setFieldPolicy } from '#lib/sync/index';
import type { FieldRule } from '#lib/sync/schema';
import { FlowWorld, faultOf, rule } from '../flows/flow-world.ts';

let at: FlowWorld;
beforeAll(async () => {
  at = await FlowWorld.make();
});
afterAll(() => at.world.close());

const set = (streamId: string, field: string, policy: MergePolicy) =>
  at.as((tx) =>
    setFieldPolicy(tx, {
      workspaceId: at.world.owner.workspaceId,
      streamId,
      field,
      policy,
      writable: () => ['title', 'body'],
    }),
  );
const save = (streamId: string, ...rules: FieldRule[]) =>
  at.as((tx) => saveRules(tx, { workspaceId: at.world.owner.workspaceId, streamId, rules }));
const rulesOf = async (streamId: string) => {
  const { workspaceId } = at.world.owner;
  return (await at.as((tx) => selectRules(tx, workspaceId, [streamId])))[0]?.rules;
};

describe('who wins in a field for always', () => {
  it('makes a rule that the service can go by', async () => {
    const streamId = await at.stream();
    await set(streamId, 'title', 'local_wins');
    await set(streamId, 'due_on', 'remote_wins');
    expect(await rulesOf(streamId)).toEqual([
      rule('title', { policy: 'local_wins' }),
      rule('due_on', { policy: 'remote_wins', direction: 'in' }),
    ]);
  });

  it('is no side whose word could never stand', async () => {
    const streamId = await at.stream();
    const rules = [
      rule('labels', { direction: 'in' }),
      rule('body', { direction: 'out' }),
      rule('title', { side_field: 'priority' }),
      rule('assignees', { direction: 'none' }),
    ];
    await save(streamId, ...rules);
    for (const [field, policy] of [
      ['due_on', 'local_wins'],
      ['labels', 'local_wins'],
      ['body', 'remote_wins'],
      ['priority', 'remote_wins'],
      ['assignees', 'local_wins'],
    ] as const) {
      const fault = await faultOf(set(streamId, field, policy));
      expect([field, fault]).toEqual([
        field,
        expect.objectContaining({ code: 'request.invalid', fields: ['always'] }),
      ]);
    }
    expect(await rulesOf(streamId)).toEqual(rules);
  });

  it('leaves the plans of a flow as they are: none is decided on it', async () => {
    const streams = [await at.stream(), await at.stream()] as const;
    const { id, version } = await at.create(streams);
    await set(streams[0], 'title', 'remote_wins');
    const [flow] = await at.world.admin`select version from public.flows where id = ${id}`;
    expect(flow?.['version']).toBe(version);
  });
});
