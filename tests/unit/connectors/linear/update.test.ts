import { describe, expect, it } from 'vitest';
import { linearApi } from '#lib/connectors/linear/api';
import { chooseState } from '#lib/connectors/linear/resolve-names';
import type { HttpRequest } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { fakeContext, inOrder, type Reply } from '#tests/fixtures/connectors/fake-context';
import { issueNode } from '#tests/fixtures/linear/issue';

const scope = { team_id: '72b2a2dc-6f4f-4423-9d34-24b5bd10634a' };
const externalId = '2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9';
const ref = { externalId, externalKey: 'LIN-1778', scope };
const end = { hasNextPage: false, endCursor: null };
const ok = (data: unknown): Reply => ({ json: { data } });
const changed = (more: Record<string, unknown> = {}): Reply =>
  ok({ issueUpdate: { success: true, issue: issueNode(more) } });
const inputOf = (request: HttpRequest | undefined): unknown =>
  (request?.json as { variables: JsonObject } | undefined)?.variables['input'];

const states = [
  { id: 'triage', name: 'Triage', type: 'triage', position: 0 },
  { id: 'backlog', name: 'Backlog', type: 'backlog', position: 1 },
  { id: 'review', name: 'In Review', type: 'started', position: 5 },
  { id: 'doing', name: 'Doing', type: 'started', position: 3 },
  { id: 'done', name: 'Done', type: 'completed', position: 6 },
];

async function refusal(fields: JsonObject, ...replies: Reply[]): Promise<unknown> {
  const ctx = fakeContext(linearApi, inOrder(...replies));
  return linearApi.update(ctx, 'issues', ref, fields).then(
    () => 'nothing was refused',
    (error: unknown) => error,
  );
}

describe('writing an issue', () => {
  it('sends only what was edited', async () => {
    const ctx = fakeContext(linearApi, inOrder(changed({ title: 'New', priority: 1 })));
    const fields = { title: 'New', body: null, priority: 'urgent', due_on: null };
    const { object } = await linearApi.update(ctx, 'issues', ref, fields);
    expect(inputOf(ctx.requests[0])).toEqual({
      title: 'New',
      description: '',
      priority: 1,
      dueDate: null,
    });
    expect(object.fields['title']).toBe('New');
  });

  it('leaves a state alone that means the same already, and else takes the team’s first', async () => {
    const same = fakeContext(
      linearApi,
      inOrder(ok({ issue: issueNode() }), ok({ issue: issueNode() })),
    );
    const kept = await linearApi.update(same, 'issues', ref, { state: 'in_progress' });
    expect(kept.object.fields['raw_state']).toBe('In Review');
    const other = fakeContext(
      linearApi,
      inOrder(
        ok({ issue: issueNode({ state: { id: 'b', name: 'Backlog', type: 'backlog' } }) }),
        ok({ team: { states: { nodes: states, pageInfo: end } } }),
        changed(),
      ),
    );
    await linearApi.update(other, 'issues', ref, { state: 'in_progress' });
    expect(inputOf(other.requests[2])).toEqual({ stateId: 'doing' });
  });

  it.each([
    ['open', 'backlog'],
    ['in_progress', 'doing'],
    ['done', 'done'],
    ['cancelled', undefined],
  ] as const)('%s is written as %s', (wanted, id) => {
    expect(chooseState(states, wanted)?.id).toBe(id);
  });

  it('turns names into Linear’s ids', async () => {
    const labels = [
      { id: 'l-1', name: 'Bug' },
      { id: 'g-1', name: 'Area', isGroup: true },
    ];
    const ctx = fakeContext(
      linearApi,
      inOrder(
        ok({ issueLabels: { nodes: labels, pageInfo: end } }),
        ok({ users: { nodes: [{ id: 'u-7', displayName: 'nora' }], pageInfo: end } }),
        ok({ issue: { id: 'p-9' } }),
        changed({ labels: { nodes: [{ id: 'l-1', name: 'Bug' }], pageInfo: end } }),
      ),
    );
    const fields = { labels: ['bug'], assignees: ['nora'], parent: 'LIN-1700' };
    const { ignored } = await linearApi.update(ctx, 'issues', ref, fields);
    expect(inputOf(ctx.requests[3])).toEqual({
      labelIds: ['l-1'],
      assigneeId: 'u-7',
      parentId: 'p-9',
    });
    expect(ignored).toEqual([]);
    const groups = ok({ issueLabels: { nodes: labels, pageInfo: end } });
    expect(await refusal({ labels: ['Area', 'None'] }, groups)).toMatchObject({
      details: {
        fields: [{ field: 'labels', message: expect.stringContaining('“Area”, “None”') }],
      },
    });
  });

  it.each<[string, JsonObject, Reply[]]>([
    ['an empty title', { title: ' ' }, []],
    ['two assignees', { assignees: ['a', 'b'] }, []],
    ['a priority Linear has not', { priority: 'tomorrow' }, []],
    ['a field it does not write', { number: 7 }, []],
    ['a parent that is no identifier', { parent: 'x y' }, []],
    ['nobody', { assignees: ['x'] }, [ok({ users: { nodes: [], pageInfo: end } })]],
  ])('refuses %s before the change', async (_what, fields, replies) => {
    const [field] = Object.keys(fields);
    expect(await refusal(fields, ...replies)).toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field }] },
    });
  });

  it('tells what Linear said yes to and did not do', async () => {
    const ctx = fakeContext(linearApi, inOrder(changed({ priority: 4 })));
    const { ignored } = await linearApi.update(ctx, 'issues', ref, { priority: 'urgent' });
    expect(ignored).toEqual([{ field: 'priority', message: 'was not changed by Linear' }]);
  });
});

describe('reading an issue', () => {
  const gone: Reply = {
    json: { errors: [{ message: 'Entity not found: Issue', extensions: { code: 'INPUT_ERROR' } }] },
  };

  it('that is gone is null only while its team can be seen', async () => {
    const seen = fakeContext(linearApi, inOrder(gone, ok({ team: { id: scope.team_id } })));
    expect(await linearApi.read(seen, 'issues', ref)).toBeNull();
    const blind = fakeContext(linearApi, inOrder(gone, gone));
    await expect(linearApi.read(blind, 'issues', ref)).rejects.toMatchObject({
      code: 'provider.not_found',
    });
  });

  it('that moved to another team says in which it is', async () => {
    const node = issueNode({ team: { id: 'elsewhere' }, identifier: 'OPS-4' });
    const there = { externalId, externalKey: 'OPS-4', scopeKey: 'elsewhere', deleted: false };
    const moved = inOrder(ok({ issue: node }));
    expect(await linearApi.read(fakeContext(linearApi, moved), 'issues', ref)).toMatchObject(there);
    const many = fakeContext(linearApi, inOrder(ok({ issues: { nodes: [node], pageInfo: end } })));
    expect(await linearApi.readMany(many, 'issues', [ref])).toMatchObject([there]);
  });

  it('many at once is one call, in the order asked for', async () => {
    const nodes = [issueNode({ id: 'b' }), issueNode({ id: 'a' })];
    const ctx = fakeContext(
      linearApi,
      inOrder(ok({ issues: { nodes, pageInfo: end } }), ok({ team: { id: scope.team_id } })),
    );
    const refs = ['a', 'missing', 'b'].map((id) => ({ ...ref, externalId: id }));
    const read = await linearApi.readMany(ctx, 'issues', refs);
    expect(read.map((object) => object?.externalId ?? null)).toEqual(['a', null, 'b']);
    expect(ctx.requests).toHaveLength(2);
  });
});
