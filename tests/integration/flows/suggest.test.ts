import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LookupItem } from '#lib/connectors/protocol/index';
import { HubError } from '#lib/core/index';
import { suggestForStreams } from '#lib/flows/index';
import { suggestionSchema } from '#lib/flows/schema';
import type { Member } from '../sync/world.ts';
import { connectors, FlowWorld, faultOf } from './flow-world.ts';

let at: FlowWorld;
beforeAll(async () => {
  at = await FlowWorld.make();
});
afterAll(() => at.world.close());

type Asked = { connectionId: string; name: string; scopeKey: string };

const suggest = (
  streamIds: string[],
  lists: (asked: Asked) => LookupItem[],
  who: Member = at.world.owner,
) => {
  const asked: Asked[] = [];
  const work = suggestForStreams(
    {
      connectors,
      inTransaction: (inside) => at.as(inside, who),
      lookup: async (place) => {
        asked.push(place);
        return lists(place);
      },
    },
    { workspaceId: at.world.owner.workspaceId, streamIds },
  );
  return { work, asked };
};

describe('suggestions for streams', () => {
  it('stand on what the connectors can do, what was seen and what the services list', async () => {
    const [rich, poor] = [await at.stream('rich', { name: 'web' }), await at.stream('poor')];
    await at.record([rich], 'synced', { title: 'A', state: 'open', due_on: null });
    await at.record([poor], 'synced', { title: 'B', due_on: '2026-01-01' });
    const item = (name: string, detail: string | null = null) => ({ id: name, name, detail });
    const { work, asked } = suggest([rich, poor], ({ name, scopeKey }) => {
      if (name === 'labels') return [item('bug', 'Ada Lovelace')];
      return [scopeKey === rich ? item('ada', 'Ada Lovelace') : item('Ada L', 'ada lovelace')];
    });
    const [first, second] = await work;
    expect(suggestionSchema.array().parse([first, second])).toEqual([first, second]);
    expect(asked.map(({ name, scopeKey }) => [name, scopeKey])).toEqual(
      expect.arrayContaining([
        ['users', rich],
        ['labels', poor],
      ]),
    );
    expect(asked).toHaveLength(4);
    expect(first?.rules.find(({ field }) => field === 'due_on')).toMatchObject({ direction: 'in' });
    const ruleOf = (field: string) => second?.rules.find((rule) => rule.field === field);
    expect(ruleOf('assignees')?.transform).toMatchObject({
      pairs: [{ here: 'ada', there: 'Ada L' }],
    });
    expect(ruleOf('state')?.transform).toMatchObject({ type: 'values' });
    // A description is no name.
    expect(ruleOf('labels')?.transform).toBeNull();
  });

  it('are made without a service that does not answer, and say so', async () => {
    const streams = [await at.stream(), await at.stream()];
    const { work } = suggest(streams, () => {
      throw new HubError('connections.not_active');
    });
    const [first] = await work;
    expect(first?.rules.map(({ field }) => field)).toContain('assignees');
    expect(first?.gaps.map(({ reason }) => reason).join()).toContain(
      'The connection is not active',
    );
  });

  it('are made of streams of the workspace alone', async () => {
    const foreign = await at.stream('rich', { workspaceId: at.world.stranger.workspaceId });
    const own = await at.stream();
    const none = () => [];
    const refused = { code: 'request.invalid', fields: ['stream_ids.1'] };
    expect(await faultOf(suggest([own, foreign], none).work)).toMatchObject(refused);
    const { work, asked } = suggest([own, own], none, at.world.stranger);
    expect(await faultOf(work)).toMatchObject({ code: 'request.invalid' });
    expect(asked).toEqual([]);
  });

  it('let a fault of ours be one', async () => {
    const streams = [await at.stream(), await at.stream()];
    const { work } = suggest(streams, () => {
      throw new TypeError('a mistake');
    });
    await expect(work).rejects.toThrow('a mistake');
  });
});
