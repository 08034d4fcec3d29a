import { describe, expect, it } from 'vitest';
import { githubApi } from '#lib/connectors/github/api';
import { github } from '#lib/connectors/github/index';
import { fakeContext, inOrder } from '#tests/fixtures/github/fake-http';
import { issueJson } from '#tests/fixtures/github/issue';

const scope = { owner: 'octocat', repo: 'hello-world' };
const ref = { externalId: '1001347', externalKey: '1347', scope };
const notFound = { status: 404, json: { message: 'Not Found' } };
const repositoryJson = (name: string, more: object = {}) => ({
  id: 1,
  name,
  full_name: `octocat/${name}`,
  owner: { login: 'octocat' },
  private: false,
  has_issues: true,
  open_issues_count: 12,
  permissions: { admin: true, push: true, pull: true },
  ...more,
});

describe('the account', () => {
  it('is known by an id that never changes', async () => {
    const ctx = fakeContext(
      inOrder({ json: { id: 583231, login: 'octocat', html_url: 'https://github.com/octocat' } }),
    );
    expect(await githubApi.account(ctx)).toEqual({
      id: '583231',
      name: 'octocat',
      url: 'https://github.com/octocat',
    });
    const empty = fakeContext(inOrder({ json: {} }));
    await expect(githubApi.account(empty)).rejects.toMatchObject({ code: 'provider.bad_answer' });
  });
});

describe('the repositories to choose from', () => {
  it('say what may be done with them', async () => {
    const json = [
      repositoryJson('mine', { private: true, description: 'Pumps' }),
      repositoryJson('readable', { permissions: { admin: false, push: false, pull: true } }),
      repositoryJson('old', { archived: true }),
      repositoryJson('without', { has_issues: false }),
      { id: 3 },
      null,
    ];
    const ctx = fakeContext(inOrder({ json }));
    expect(await githubApi.scopes(ctx, 'issues')).toEqual([
      {
        key: 'octocat/mine',
        title: 'octocat/mine',
        detail: 'private · Pumps',
        scope: { owner: 'octocat', repo: 'mine' },
        canWrite: true,
        canHook: true,
        estimate: 12,
      },
      expect.objectContaining({ key: 'octocat/readable', canWrite: false, canHook: false }),
      expect.objectContaining({ key: 'octocat/old', canWrite: false, canHook: false }),
    ]);
    expect(ctx.requests[0]).toMatchObject({
      path: '/user/repos',
      query: { sort: 'updated', per_page: 100, page: 1 },
    });
  });

  it('describe themselves in text that can be stored, cut as it may be', async () => {
    const json = [repositoryJson('mine', { description: `${'x'.repeat(199)}😀` })];
    const [option] = await githubApi.scopes(fakeContext(inOrder({ json })), 'issues');
    expect(option?.detail?.isWellFormed()).toBe(true);
  });

  it('are at most 200, however many pages there are', async () => {
    const page = (from: number) => ({
      json: Array.from({ length: 100 }, (_, index) => repositoryJson(`r${from + index}`)),
      headers: { link: '<https://api.github.com/user/repos?page=2>; rel="next"' },
    });
    const ctx = fakeContext(inOrder(page(0), page(100)));
    expect(await githubApi.scopes(ctx, 'issues')).toHaveLength(200);
  });
});

describe('one issue', () => {
  it('is read by its number', async () => {
    const ctx = fakeContext(inOrder({ json: issueJson() }));
    const object = await githubApi.read(ctx, 'issues', ref);
    expect(object?.externalId).toBe('1001347');
    expect(ctx.requests[0]?.path).toBe('/repos/octocat/hello-world/issues/1347');
  });

  it('is gone after 410 only while its repository can be seen', async () => {
    const seen = { json: repositoryJson('hello-world') };
    const gone = { status: 410, json: { message: 'This issue was deleted' } };
    expect(await githubApi.read(fakeContext(inOrder(gone, seen)), 'issues', ref)).toBeNull();
    await expect(
      githubApi.read(fakeContext(inOrder(notFound, notFound)), 'issues', ref),
    ).rejects.toMatchObject({ code: 'provider.not_found' });
    const off = { json: repositoryJson('hello-world', { has_issues: false }) };
    await expect(
      githubApi.read(fakeContext(inOrder(gone, off)), 'issues', ref),
    ).rejects.toMatchObject({ code: 'provider.forbidden' });
  });

  it('is gone when another issue answers in its place', async () => {
    const another = fakeContext(inOrder({ json: issueJson({ id: 77 }) }));
    expect(await githubApi.read(another, 'issues', ref)).toBeNull();
  });

  const movedTo = (url: string) => ({ status: 301, json: { message: 'Moved Permanently', url } });
  const place = 'https://api.github.com/repositories/9/issues/3';

  it('that was transferred is read where it is, under its new id', async () => {
    const there = issueJson({
      id: 77,
      number: 3,
      repository_url: 'https://api.github.com/repos/octocat/elsewhere',
    });
    const ctx = fakeContext(inOrder(movedTo(place), { json: there }));
    expect(await githubApi.read(ctx, 'issues', ref)).toMatchObject({
      externalId: '77',
      externalKey: '3',
      scopeKey: 'octocat/elsewhere',
      deleted: false,
    });
    expect(ctx.requests[1]?.path).toBe('/repositories/9/issues/3');
  });

  it('of a repository that was renamed is where it was', async () => {
    const there = issueJson({ repository_url: 'https://api.github.com/repos/octocat/renamed' });
    const ctx = fakeContext(inOrder(movedTo(place), { json: there }));
    const object = await githubApi.read(ctx, 'issues', ref);
    expect(object?.externalId).toBe('1001347');
    expect(object).not.toHaveProperty('scopeKey');
  });

  it('that was moved to where nobody lets us see it is not taken for deleted', async () => {
    const seen = { json: repositoryJson('hello-world') };
    for (const replies of [
      [notFound, seen],
      [movedTo(place), notFound],
      [movedTo(place), { status: 403, json: { message: 'Not yours' } }],
    ]) {
      await expect(
        githubApi.read(fakeContext(inOrder(...replies)), 'issues', ref),
      ).rejects.toMatchObject({ code: 'provider.not_found' });
    }
  });

  it('is not looked for at an address that is none of an issue', async () => {
    for (const url of [
      'https://evil.example/x',
      `${place}/../../user`,
      '//repositories/1/issues/',
    ]) {
      const ctx = fakeContext(inOrder(movedTo(url), notFound));
      await expect(githubApi.read(ctx, 'issues', ref)).rejects.toMatchObject({
        code: 'provider.not_found',
      });
      expect(ctx.requests[1]?.path).toBe('/repos/octocat/hello-world');
    }
  });

  it('is not looked for without a number', async () => {
    const ctx = fakeContext(inOrder());
    for (const externalKey of [null, '1/../2', '']) {
      await expect(githubApi.read(ctx, 'issues', { ...ref, externalKey })).rejects.toMatchObject({
        code: 'request.invalid',
      });
    }
    expect(ctx.requests).toEqual([]);
  });

  it('is changed in the fields that are given, and answers what it has become', async () => {
    const after = issueJson({ title: 'New', state: 'closed', state_reason: 'not_planned' });
    const ctx = fakeContext(inOrder({ json: after }));
    const written = await githubApi.update(ctx, 'issues', ref, {
      title: 'New',
      state: 'cancelled',
    });
    expect(ctx.requests).toEqual([
      {
        method: 'PATCH',
        path: '/repos/octocat/hello-world/issues/1347',
        json: { title: 'New', state: 'closed', state_reason: 'not_planned' },
      },
    ]);
    expect(written.object.fields).toMatchObject({ title: 'New', state: 'cancelled' });
    expect(written.ignored).toEqual([]);
  });

  it('names the fields GitHub kept as they were', async () => {
    const ctx = fakeContext(inOrder({ json: issueJson({ labels: [] }) }));
    const { ignored } = await githubApi.update(ctx, 'issues', ref, { labels: ['urgent'] });
    expect(ignored).toEqual([
      { field: 'labels', message: 'were not all taken by GitHub (not allowed or not known)' },
    ]);
  });

  it('is not sent what GitHub cannot express', async () => {
    const ctx = fakeContext(inOrder());
    const write = githubApi.update(ctx, 'issues', ref, { title: 'x', state: 'in_progress' });
    await expect(write).rejects.toMatchObject({ code: 'provider.refused' });
    expect(ctx.requests).toEqual([]);
  });

  it('is not mistaken for another', async () => {
    for (const json of [issueJson({ id: 5 }), {}, null]) {
      const write = githubApi.update(fakeContext(inOrder({ json })), 'issues', ref, { title: 'x' });
      await expect(write).rejects.toMatchObject({ code: 'provider.bad_answer' });
    }
  });
});

describe('the webhook', () => {
  const target = { url: 'https://hub.example/api/webhooks/abc', secret: 'of-the-test' };
  const hook = { id: 41, config: { url: target.url } };
  const body = {
    active: true,
    events: ['issues', 'issue_comment', 'label', 'repository'],
    config: { ...target, content_type: 'json', insecure_ssl: '0' },
  };
  const exists = {
    status: 422,
    json: {
      message: 'Validation Failed',
      errors: [
        { resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' },
      ],
    },
  };

  it('is made when there is none', async () => {
    const other = {
      json: [
        { id: 1, config: { url: 'https://ci.example' } },
        { id: 2, config: null },
      ],
    };
    const ctx = fakeContext(inOrder(other, { status: 201, json: hook }));
    expect(await githubApi.registerWebhook(ctx, scope, target)).toEqual({ remoteId: '41' });
    expect(ctx.requests[1]).toMatchObject({
      method: 'POST',
      path: '/repos/octocat/hello-world/hooks',
      json: { name: 'web', ...body },
    });
  });

  it('is adopted with the new secret when the list has it', async () => {
    const ctx = fakeContext(inOrder({ json: [hook] }, { json: hook }));
    expect(await githubApi.registerWebhook(ctx, scope, target)).toEqual({ remoteId: '41' });
    expect(ctx.requests[1]).toMatchObject({
      method: 'PATCH',
      path: '/repos/octocat/hello-world/hooks/41',
      json: body,
    });
  });

  it('is adopted when GitHub says that it exists already', async () => {
    const ctx = fakeContext(inOrder({ json: [] }, exists, { json: [hook] }, { json: hook }));
    expect(await githubApi.registerWebhook(ctx, scope, target)).toEqual({ remoteId: '41' });
    expect(ctx.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'PATCH']);
  });

  it('is refused with GitHub’s reason, which never holds the secret', async () => {
    const refusal = {
      ...exists,
      json: { message: 'Validation Failed', errors: ['url is not supported'] },
    };
    const ctx = fakeContext(inOrder({ json: [] }, refusal, { json: [] }));
    const failed = await githubApi
      .registerWebhook(ctx, scope, target)
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'provider.refused' });
    expect(String(failed)).toContain('url is not supported');
    expect(String(failed)).not.toContain(target.secret);
  });

  it('is removed, and being gone already is fine', async () => {
    const ctx = fakeContext(inOrder({ status: 204 }, notFound));
    await githubApi.removeWebhook(ctx, scope, '41');
    await githubApi.removeWebhook(ctx, scope, '41');
    expect(ctx.requests[0]).toMatchObject({
      method: 'DELETE',
      path: '/repos/octocat/hello-world/hooks/41',
    });
    await expect(githubApi.removeWebhook(ctx, scope, '../1')).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});

describe('the manifest', () => {
  it('registers for the events the parser takes in', () => {
    for (const event of github.manifest.webhook.events) {
      const { summary } = github.webhook.parse(event, {});
      expect(summary).not.toContain('is not taken in');
    }
  });
});
