import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearWebhook } from '#lib/connectors/linear/webhook';
import type { JsonObject } from '#lib/core/index';
import { issueEvent } from '#tests/fixtures/linear/issue';

const parse = (more: Parameters<typeof issueEvent>[0] = {}) =>
  linearWebhook.parse('Issue', issueEvent(more) as JsonObject);
const fieldsOf = (more: Parameters<typeof issueEvent>[0]) => parse(more).objects[0]?.fields ?? {};
const ref = {
  externalId: '2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9',
  externalKey: 'LIN-1778',
  scope: { team_id: '72b2a2dc-6f4f-4423-9d34-24b5bd10634a' },
};

describe('a webhook of Linear', () => {
  it('about an issue carries it whole, of its team, and nothing is read again', () => {
    const parsed = parse();
    expect(parsed).toMatchObject({
      kind: 'apply',
      action: 'update',
      resource: 'issues',
      scopeKey: ref.scope.team_id,
      refetch: [],
      objects: [{ externalId: ref.externalId, externalKey: ref.externalKey, deleted: false }],
    });
    expect(parsed.objects[0]?.fields).toMatchObject({
      title: 'Unify error messages',
      state: 'in_progress',
      labels: ['Bug'],
      assignees: [],
      parent: null,
    });
  });

  it('says nothing of what it leaves out, unless that changed', () => {
    for (const field of ['body', 'due_on', 'closed_at']) {
      expect(fieldsOf({})).not.toHaveProperty(field);
    }
    const updatedFrom = { description: 'Old', dueDate: '2026-01-01', completedAt: '2026-01-02' };
    expect(fieldsOf({ updatedFrom })).toMatchObject({ body: null, due_on: null, closed_at: null });
  });

  it('names an assignee by id only: the issue is read again when it changed', () => {
    const data = { assigneeId: 'u-1', assignee: { id: 'u-1', name: 'Nora' } };
    expect(fieldsOf({ data })).not.toHaveProperty('assignees');
    expect(parse({ data }).refetch).toEqual([]);
    expect(parse({ data, updatedFrom: { assigneeId: null } }).refetch).toEqual([ref]);
    expect(parse({ data, action: 'create', updatedFrom: undefined }).refetch).toEqual([ref]);
    expect(parse({ updatedFrom: { assigneeId: 'u-1' } }).refetch).toEqual([]);
  });

  it('names a parent by id only, too', () => {
    const data = { parentId: 'p-1' };
    expect(fieldsOf({ data })).not.toHaveProperty('parent');
    expect(parse({ data, updatedFrom: { parentId: null } }).refetch).toEqual([ref]);
  });

  it('tells of a removal, and of the trash', () => {
    expect(parse({ action: 'remove' }).objects[0]?.deleted).toBe(true);
    expect(parse({ data: { trashed: true } }).objects[0]?.deleted).toBe(true);
    expect(parse({ action: 'remove', data: { assigneeId: 'u-1' } }).refetch).toEqual([]);
  });

  it('says in which team the issue is, also after it was moved there', () => {
    const { scope } = ref;
    expect(parse().objects[0]?.scopeKey).toBe(scope.team_id);
    const moved = parse({ data: { teamId: 'ops' }, updatedFrom: { teamId: scope.team_id } });
    expect(moved).toMatchObject({
      scopeKey: 'ops',
      objects: [{ scopeKey: 'ops', deleted: false }],
    });
  });

  it('whose issue cannot be read leads to reading it, and without an id to nothing', () => {
    expect(parse({ data: { state: null } })).toMatchObject({ objects: [], refetch: [ref] });
    expect(parse({ data: { id: null } })).toMatchObject({ kind: 'unknown', refetch: [] });
    expect(linearWebhook.parse('Comment', {}).kind).toBe('unknown');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), (event, payload) => {
        const data = payload as JsonObject;
        expect(linearWebhook.parse(event, data).summary.length).toBeLessThanOrEqual(200);
        expect(() => linearWebhook.parse('Issue', { action: 'update', data })).not.toThrow();
      }),
    );
  });
});
