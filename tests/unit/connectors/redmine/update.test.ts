import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '#lib/connectors/protocol/index';
import { redmineApi } from '#lib/connectors/redmine/api';
import type { JsonObject } from '#lib/core/index';
import { issueOf, redmineSaying, refOf } from './provider.ts';

const members = {
  memberships: [
    { id: 1, user: { id: 6, name: 'Bob Builder' } },
    { id: 2, user: { id: 7, name: 'Eve Twin' } },
    { id: 3, user: { id: 8, name: 'Eve Twin' } },
  ],
  total_count: 3,
};
const priorities = {
  issue_priorities: [
    { id: 2, name: 'Normal' },
    { id: 4, name: 'Urgent' },
  ],
};

const withIssue =
  (more: object, put: () => object = () => ({ status: 204, text: '' })) =>
  ({ method, path }: HttpRequest) => {
    if (method === 'PUT') return put();
    if (path === '/issues/7.json') return { issue: issueOf(7, more) };
    if (path === '/projects/3/memberships.json') return members;
    return path === '/enumerations/issue_priorities.json' ? priorities : undefined;
  };

const sentBy = (calls: HttpRequest[]) => calls.find(({ method }) => method === 'PUT')?.json;

describe('writing an issue', () => {
  it('sends only the given fields, by their numbers, and answers with what is there', async () => {
    const { ctx, calls } = redmineSaying(
      withIssue({ subject: 'New words', priority: { id: 4, name: 'Urgent' } }),
    );
    const fields = {
      title: 'New words',
      priority: 'urgent',
      assignees: ['bob builder'],
      due_on: null,
      parent: '#12',
    };
    const { object, ignored } = await redmineApi.update(ctx, 'issues', refOf(7), fields);
    expect(sentBy(calls)).toEqual({
      issue: {
        subject: 'New words',
        priority_id: 4,
        assigned_to_id: 6,
        due_date: '',
        parent_issue_id: 12,
      },
    });
    expect(object.fields['title']).toBe('New words');
    // 204 was answered, and neither the assignee nor the parent is there.
    expect(ignored.map(({ field }) => field)).toEqual(['assignees', 'parent']);
  });

  it('chooses a status the workflow allows, and lets one of the kind stay', async () => {
    const allowed_statuses = [
      { id: 6, name: 'Rejected', is_closed: true },
      { id: 4, name: 'Feedback', is_closed: false },
    ];
    const { ctx, calls } = redmineSaying(withIssue({ allowed_statuses }));
    await redmineApi.update(ctx, 'issues', refOf(7), { state: 'in_progress' });
    expect(sentBy(calls)).toEqual({ issue: { status_id: 4 } });
    calls.length = 0;
    await redmineApi.update(ctx, 'issues', refOf(7), { state: 'open' });
    expect(sentBy(calls)).toBeUndefined();
    await expect(
      redmineApi.update(ctx, 'issues', refOf(7), { state: 'done' }),
    ).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field: 'state' }] },
    });
  });

  it.each<[string, JsonObject]>([
    ['title', { title: '  ' }],
    ['priority', { priority: 'Whenever' }],
    ['priority', { priority: null }],
    ['assignees', { assignees: ['Nobody'] }],
    ['assignees', { assignees: ['Eve Twin'] }],
    ['assignees', { assignees: ['Bob Builder', 'Eve Twin'] }],
    ['parent', { parent: 'PUMP-1' }],
    ['labels', { labels: ['x'] }],
    ['state', { state: 'paused' }],
  ])('refuses before a change what cannot be a %s there: %j', async (field, fields) => {
    const { ctx, calls } = redmineSaying(withIssue({}));
    await expect(redmineApi.update(ctx, 'issues', refOf(7), fields)).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field }] },
    });
    expect(sentBy(calls)).toBeUndefined();
  });

  it('names the field Redmine refuses', async () => {
    const put = () => ({
      status: 422,
      text: '{"errors":["Subject is too long (maximum is 255 characters)"]}',
    });
    const { ctx } = redmineSaying(withIssue({}, put));
    await expect(redmineApi.update(ctx, 'issues', refOf(7), { title: 'x' })).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field: 'title', message: 'is too long (maximum is 255 characters)' }] },
    });
  });
});

describe('reading an issue', () => {
  const missing = { status: 404, text: ' ' };
  it('is null for one that is gone, and says where one is that was moved', async () => {
    const gone = redmineSaying(({ path }) =>
      path === '/projects/3.json' ? { project: { id: 3 } } : undefined,
    );
    expect(await redmineApi.read(gone.ctx, 'issues', refOf(7))).toBeNull();
    const moved = redmineSaying(withIssue({ project: { id: 4, name: 'Valves' } }));
    expect(await redmineApi.read(moved.ctx, 'issues', refOf(7))).toMatchObject({
      externalId: '7',
      scopeKey: '4',
      deleted: false,
    });
  });

  it.each([
    ['/projects/3.json', { status: 403, text: '' }, 'provider.forbidden'],
    ['/projects/3.json', missing, 'provider.not_found'],
    // A key that is no longer known sees what everybody sees.
    ['/users/current.json', { status: 401, text: '' }, 'provider.unauthorized'],
  ])('is an error where %s answers %j', async (path, reply, code) => {
    const { ctx } = redmineSaying((request) => {
      if (request.path === path) return reply;
      return request.path === '/projects/3.json' ? { project: { id: 3 } } : undefined;
    });
    await expect(redmineApi.read(ctx, 'issues', refOf(7))).rejects.toMatchObject({ code });
  });
});
