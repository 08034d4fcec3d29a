import { describe, expect, it } from 'vitest';
import { githubApi } from '#lib/connectors/github/api';
import { fakeContext, inOrder } from '#tests/fixtures/github/fake-http';
import { issueJson } from '#tests/fixtures/github/issue';

const scope = { owner: 'octocat', repo: 'hello-world' };
const ref = { externalId: '1001347', externalKey: '1347', scope };
const fields = { title: 'Found a bug', body: 'I’m having a problem with this.' };

describe('making an issue', () => {
  it('sends what GitHub takes with a new one, and nothing that is empty', async () => {
    const ctx = fakeContext(inOrder({ status: 201, json: issueJson() }));
    const sent = { ...fields, labels: ['bug'], assignees: null };
    const made = await githubApi.create(ctx, 'issues', scope, sent);
    expect(ctx.requests).toEqual([
      {
        method: 'POST',
        path: '/repos/octocat/hello-world/issues',
        json: { ...fields, labels: ['bug'] },
      },
    ]);
    expect(made).toMatchObject({ object: { externalId: '1001347' }, ignored: [] });
  });

  it('is never sent again by itself: nobody could tell two of one wish', async () => {
    const ctx = fakeContext(inOrder({ status: 201, json: issueJson() }));
    await githubApi.create(ctx, 'issues', scope, fields);
    expect(ctx.requests[0]?.isIdempotent).toBeUndefined();
  });

  it.each([
    ['title', { body: 'No title' }],
    ['title', { title: '  ' }],
    ['state', { title: 'Done already', state: 'done' }],
    ['priority', { title: 'Urgent', priority: 'high' }],
  ])('refuses %s before a call', async (field, sent) => {
    const ctx = fakeContext(inOrder());
    const act = githubApi.create(ctx, 'issues', scope, sent);
    await expect(act).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field }] },
    });
    expect(ctx.requests).toEqual([]);
  });

  it('says what GitHub dropped, and that it cannot read what it answered', async () => {
    const ctx = fakeContext(inOrder({ status: 201, json: issueJson() }, { status: 201, json: {} }));
    const made = await githubApi.create(ctx, 'issues', scope, { ...fields, labels: ['secret'] });
    expect(made.ignored).toMatchObject([{ field: 'labels' }]);
    await expect(githubApi.create(ctx, 'issues', scope, fields)).rejects.toMatchObject({
      code: 'provider.bad_answer',
    });
  });
});

describe('looking for one whose answer was lost', () => {
  const me = { json: { id: 1, login: 'octocat' } };
  const since = '2026-04-22T13:33:50.000Z';
  const find = (...items: unknown[]) => {
    const ctx = fakeContext(inOrder(me, { json: items }));
    return { ctx, found: githubApi.findCreated(ctx, 'issues', scope, { fields, since }) };
  };

  it('asks for what this account made since then, a little earlier by GitHub’s clock', async () => {
    const { ctx, found } = find(issueJson());
    expect((await found).map(({ externalKey }) => externalKey)).toEqual(['1347']);
    expect(ctx.requests[1]?.query).toMatchObject({
      creator: 'octocat',
      since: '2026-04-22T13:33:45.000Z',
      state: 'all',
      sort: 'created',
      direction: 'desc',
    });
  });

  it('takes no other issue for it, and one that changed since for it', async () => {
    const items = [
      issueJson({ number: 1, title: 'Another' }),
      issueJson({ number: 2, body: 'Another' }),
      issueJson({ number: 3, created_at: '2026-04-22T13:33:40Z' }),
      issueJson({ number: 4, pull_request: {} }),
      issueJson({ number: 5, labels: [], assignees: [], state: 'closed' }),
      null,
    ];
    expect((await find(...items).found).map(({ externalKey }) => externalKey)).toEqual(['5']);
  });

  it('turns pages', async () => {
    const next = '<https://api.github.com/repositories/1/issues?page=2>; rel="next"';
    const replies = [me, { json: [], headers: { link: next } }, { json: [issueJson()] }];
    const ctx = fakeContext(inOrder(...replies));
    const found = await githubApi.findCreated(ctx, 'issues', scope, { fields, since });
    expect(found).toHaveLength(1);
    expect(ctx.requests[2]?.query).toMatchObject({ page: 2 });
  });
});

describe('taking one back', () => {
  const gone = { status: 410, json: { message: 'This issue was deleted' } };
  const repository = { id: 1, has_issues: true };

  it('closes it as not planned', async () => {
    const ctx = fakeContext(inOrder({ json: issueJson() }));
    await githubApi.takeBack(ctx, 'issues', ref);
    expect(ctx.requests[0]).toMatchObject({
      method: 'PATCH',
      path: '/repos/octocat/hello-world/issues/1347',
      json: { state: 'closed', state_reason: 'not_planned' },
    });
  });

  it('is done when it is gone, as far as its repository can be seen', async () => {
    await githubApi.takeBack(fakeContext(inOrder(gone, { json: repository })), 'issues', ref);
    const unseen = fakeContext(inOrder(gone, { status: 404, json: { message: 'Not Found' } }));
    await expect(githubApi.takeBack(unseen, 'issues', ref)).rejects.toMatchObject({
      code: 'provider.not_found',
    });
  });
});
