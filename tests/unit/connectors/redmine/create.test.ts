import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '#lib/connectors/protocol/index';
import { redmineApi } from '#lib/connectors/redmine/api';
import { issueOf, redmineSaying, refOf, scope } from './provider.ts';

const fields = { title: 'Pump 7', body: 'It leaks' };
const priorities = { issue_priorities: [{ id: 4, name: 'Urgent' }] };

const making =
  (answer: object) =>
  ({ method, path }: HttpRequest) => {
    if (method === 'POST') return answer;
    return path === '/enumerations/issue_priorities.json' ? priorities : undefined;
  };

describe('making an issue', () => {
  it('sends what was given, by its numbers, and leaves out what is empty', async () => {
    const { ctx, calls } = redmineSaying(
      making({ issue: issueOf(7, { priority: { id: 4, name: 'Urgent' } }) }),
    );
    const sent = { ...fields, priority: 'urgent', due_on: null, parent: null };
    const { object, ignored } = await redmineApi.create(ctx, 'issues', scope, sent);
    expect(calls.at(-1)).toMatchObject({
      method: 'POST',
      path: '/issues.json',
      json: {
        issue: { project_id: 3, subject: 'Pump 7', description: 'It leaks', priority_id: 4 },
      },
    });
    expect(object).toMatchObject({ externalId: '7', fields: { state: 'open' } });
    expect(ignored).toEqual([]);
  });

  it('asks for all it needs before: nothing can fail between making and answering', async () => {
    const { ctx, calls } = redmineSaying(making({ issue: issueOf(7) }));
    await redmineApi.create(ctx, 'issues', scope, fields);
    expect(calls.map(({ method }) => method).indexOf('POST')).toBe(calls.length - 1);
    expect(calls.map(({ path }) => path)).toContain('/users/current.json');
  });

  it('names the field that Redmine’s sentence is about, and what it dropped', async () => {
    const text = JSON.stringify({ errors: ['Subject is too long (maximum is 255 characters)'] });
    const refusing = redmineSaying(making({ status: 422, text }));
    await expect(redmineApi.create(refusing.ctx, 'issues', scope, fields)).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field: 'title' }] },
    });
    const { ctx } = redmineSaying(making({ issue: issueOf(7) }));
    const { ignored } = await redmineApi.create(ctx, 'issues', scope, { ...fields, parent: '12' });
    expect(ignored).toMatchObject([{ field: 'parent' }]);
  });

  it.each([
    ['title', { body: 'No title' }],
    ['state', { ...fields, state: 'done' }],
    ['labels', { ...fields, labels: ['bug'] }],
  ])('refuses %s before a call', async (field, sent) => {
    const { ctx, calls } = redmineSaying(() => undefined);
    await expect(redmineApi.create(ctx, 'issues', scope, sent)).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field }] },
    });
    expect(calls).toEqual([]);
  });
});

describe('looking for one whose answer was lost', () => {
  it('asks for what this account made since then and compares the words', async () => {
    const issues = [
      issueOf(9, { subject: 'Another' }),
      issueOf(7),
      issueOf(8, { description: '' }),
    ];
    const { ctx, calls } = redmineSaying(({ path }) =>
      path === '/issues.json' ? { issues, total_count: 3 } : undefined,
    );
    const since = '2026-11-01T08:00:00.000Z';
    const found = await redmineApi.findCreated(ctx, 'issues', scope, { fields, since });
    expect(found.map(({ externalId }) => externalId)).toEqual(['7']);
    expect(calls.find(({ path }) => path === '/issues.json')?.query).toMatchObject({
      author_id: 'me',
      status_id: '*',
      created_on: '>=2026-11-01T07:59:00Z',
    });
  });
});

describe('taking one back', () => {
  const takeBack = async (issue: object, deletion: object = { status: 204, text: '' }) => {
    const { ctx, calls } = redmineSaying(({ method, path }) => {
      if (method === 'DELETE') return deletion;
      if (method === 'PUT') return { status: 204, text: '' };
      return path === '/issues/7.json' ? issue : undefined;
    });
    await redmineApi.takeBack(ctx, 'issues', refOf(7));
    return calls.filter(({ method }) => method !== 'GET').map(({ method, json }) => [method, json]);
  };
  const closing = ['PUT', { issue: { status_id: 6 } }];

  it('deletes it', async () => {
    expect(await takeBack({ issue: issueOf(7) })).toEqual([['DELETE', undefined]]);
  });

  it.each([
    ['subtasks', { children: [{ id: 9 }] }],
    ['times', { total_spent_hours: 1.5 }],
  ])(
    'closes it where somebody has put %s into it: deleting would take them along',
    async (_, more) => {
      expect(await takeBack({ issue: issueOf(7, more) })).toEqual([closing]);
    },
  );

  it('closes it where the role may not delete', async () => {
    const forbidden = { status: 403, text: '' };
    const calls = await takeBack({ issue: issueOf(7) }, forbidden);
    expect(calls).toEqual([['DELETE', undefined], closing]);
  });

  it('is done when it is gone, as far as its project can be seen', async () => {
    const project = (path: string) =>
      path === '/projects/3.json' ? { project: { id: 3 } } : undefined;
    await redmineApi.takeBack(redmineSaying(({ path }) => project(path)).ctx, 'issues', refOf(7));
    const unseen = redmineSaying(() => undefined);
    await expect(redmineApi.takeBack(unseen.ctx, 'issues', refOf(7))).rejects.toMatchObject({
      code: 'provider.not_found',
    });
  });
});
