import { describe, expect, it } from 'vitest';
import { linearApi } from '#lib/connectors/linear/api';
import type { HttpRequest } from '#lib/connectors/protocol/index';
import { fakeContext, inOrder, type Reply } from '#tests/fixtures/connectors/fake-context';
import { issueNode } from '#tests/fixtures/linear/issue';

const scope = { team_id: '72b2a2dc-6f4f-4423-9d34-24b5bd10634a' };
const key = '019ab000-0000-7000-8000-000000000001';
const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ok = (data: unknown): Reply => ({ json: { data } });
const variablesOf = (request: HttpRequest | undefined): { id?: string; input?: { id: string } } =>
  (request?.json as { variables: object } | undefined)?.variables ?? {};
const refusal = (message: string, shown = message): Reply => ({
  json: {
    errors: [{ message, extensions: { code: 'INPUT_ERROR', userPresentableMessage: shown } }],
  },
});
const notFound = refusal('Entity not found: Issue');

/** Linear, as far as the id is concerned that was asked for. */
function answering(...replies: ((id: string) => Reply)[]) {
  let id = '';
  const ctx = fakeContext(linearApi, (request) => {
    id = variablesOf(request).input?.id ?? id;
    const reply = replies.shift();
    if (!reply) throw new Error('Nothing more was expected');
    return reply(id);
  });
  return ctx;
}
const made = (id: string): Reply => ok({ issueCreate: { issue: issueNode({ id }) } });

describe('making an issue', () => {
  it('is asked for by an id made of the key: the same for one creation, another for the next', async () => {
    const ctx = answering(made, made, made);
    const ask = (name: string) =>
      linearApi.create(ctx, 'issues', scope, { title: 'New' }, { key: name });
    const objects = [await ask(key), await ask(key), await ask(`${key} too`)];
    const ids = ctx.requests.map((request) => variablesOf(request).input?.id);
    expect(ids[0]).toMatch(version4);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(objects.map(({ object }) => object.externalId)).toEqual(ids);
    expect(ctx.requests.every(({ isIdempotent }) => isIdempotent)).toBe(true);
    expect(variablesOf(ctx.requests[0]).input).toEqual({
      id: ids[0],
      teamId: scope.team_id,
      title: 'New',
    });
  });

  it('takes “already exists” for the issue it made before', async () => {
    const ctx = answering(
      (id) => refusal('conflict on insert of Issue', `Entity Issue with id ${id} already exists.`),
      (id) => ok({ issue: issueNode({ id, title: 'New' }) }),
    );
    const { object } = await linearApi.create(ctx, 'issues', scope, { title: 'New' }, { key });
    expect(object.fields['title']).toBe('New');
  });

  it('is refused by what Linear says, when nothing of the id is there', async () => {
    const ctx = answering(
      () => refusal('Argument Validation Error', 'title must be shorter than 512 characters.'),
      () => notFound,
      () => ok({ team: { id: scope.team_id } }),
    );
    await expect(
      linearApi.create(ctx, 'issues', scope, { title: 'x'.repeat(600) }, { key }),
    ).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field: 'title' }] },
    });
  });

  it.each([
    ['title', {}],
    ['title', { title: '' }],
    ['priority', { title: 'New', priority: 'tomorrow' }],
    ['number', { title: 'New', number: 4 }],
  ])('refuses %s before a call', async (field, fields) => {
    const ctx = fakeContext(linearApi, inOrder());
    await expect(linearApi.create(ctx, 'issues', scope, fields, { key })).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field }] },
    });
    expect(ctx.requests).toEqual([]);
  });
});

describe('looking for one whose answer was lost', () => {
  const sent = { key, fields: { title: 'New' }, since: '2026-02-01T08:00:00.000Z' };

  it('finds it by its id, in the trash too, and nothing where nothing is', async () => {
    const withId = (more: object) =>
      fakeContext(linearApi, (request) =>
        ok({ issue: issueNode({ id: variablesOf(request).id, ...more }) }),
      );
    expect(await linearApi.findCreated(withId({}), 'issues', scope, sent)).toHaveLength(1);
    const [trashed] = await linearApi.findCreated(withId({ trashed: true }), 'issues', scope, sent);
    expect(trashed?.deleted).toBe(true);
    const nothing = fakeContext(linearApi, inOrder(notFound, ok({ team: { id: scope.team_id } })));
    expect(await linearApi.findCreated(nothing, 'issues', scope, sent)).toEqual([]);
  });
});

describe('taking one back', () => {
  const ref = { externalId: 'issue-1', externalKey: null, scope };

  it('puts it in the trash; one that is gone is taken back', async () => {
    const ctx = fakeContext(linearApi, inOrder(ok({ issueDelete: { success: true } })));
    await linearApi.takeBack(ctx, 'issues', ref);
    expect(variablesOf(ctx.requests[0])).toEqual({ id: 'issue-1' });
    const gone = inOrder(notFound, notFound, ok({ team: { id: scope.team_id } }));
    await linearApi.takeBack(fakeContext(linearApi, gone), 'issues', ref);
  });
});
