import { describe, expect, it } from 'vitest';
import { githubApi } from '#lib/connectors/github/api';
import { github } from '#lib/connectors/github/index';
import { fakeContext, inOrder } from '#tests/fixtures/github/fake-http';

const scope = { owner: 'octocat', repo: 'hello-world' };

describe('names to choose from', () => {
  it('are the labels of the repository, over its pages', async () => {
    const link = '<https://api.github.com/repos/octocat/hello-world/labels?page=2>; rel="next"';
    const ctx = fakeContext(
      inOrder(
        {
          json: [{ name: 'bug', description: 'It is broken' }, { name: '' }, null],
          headers: { link },
        },
        { json: [{ name: 'idea', description: '' }] },
      ),
    );
    expect(await githubApi.lookup(ctx, 'labels', scope)).toEqual([
      { id: 'bug', name: 'bug', detail: 'It is broken' },
      { id: 'idea', name: 'idea', detail: null },
    ]);
  });

  it('are those who can be assigned', async () => {
    const ctx = fakeContext(inOrder({ json: [{ login: 'octocat' }, { id: 3 }] }));
    expect(await githubApi.lookup(ctx, 'users', scope)).toEqual([
      { id: 'octocat', name: 'octocat', detail: null },
    ]);
  });

  it('are those of the manifest, need a repository, and are lists', async () => {
    expect(github.manifest.lookups).toEqual(['labels', 'users']);
    const ctx = fakeContext(inOrder({ json: {} }));
    const invalid = { code: 'request.invalid' };
    await expect(githubApi.lookup(ctx, 'labels', null)).rejects.toMatchObject(invalid);
    await expect(githubApi.lookup(ctx, 'toString', scope)).rejects.toMatchObject(invalid);
    await expect(githubApi.lookup(ctx, 'labels', scope)).rejects.toMatchObject({
      code: 'provider.bad_answer',
    });
  });

  it('and what there is to choose from read differently after the repository has changed', () => {
    const payload = { action: 'renamed', repository: { full_name: 'o/new' } };
    const parsed = github.webhook.parse('repository', payload);
    expect(parsed).toMatchObject({ kind: 'apply', stale: ['scopes'], objects: [], refetch: [] });
    expect(parsed.summary).toBe('Repository o/new: renamed');
    expect(github.webhook.parse('repository', {}).kind).toBe('unknown');
  });

  it('read differently after a label has changed', () => {
    const payload = { action: 'edited', label: { name: 'bug' }, repository: { full_name: 'o/r' } };
    expect(github.webhook.parse('label', payload)).toMatchObject({ stale: ['labels'] });
  });
});
