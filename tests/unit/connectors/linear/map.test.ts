import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromIssue, toState } from '#lib/connectors/linear/map';
import { taskDataSchema } from '#lib/kinds/index';
import { issueNode } from '#tests/fixtures/linear/issue';

const fieldsOf = (more: Record<string, unknown>) => {
  const mapped = fromIssue(issueNode(more));
  if (mapped.is !== 'object') throw new Error(mapped.fault.message);
  return mapped.object.fields;
};

describe('an issue of Linear', () => {
  it('is a task in the hub’s words', () => {
    expect(fromIssue(issueNode())).toMatchObject({
      is: 'object',
      object: {
        scopeKey: '72b2a2dc-6f4f-4423-9d34-24b5bd10634a',
        externalId: '2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9',
        externalKey: 'LIN-1778',
        rank: Date.parse('2026-02-01T08:00:00.417Z'),
        deleted: false,
        fields: {
          title: 'Unify error messages',
          body: 'All of them, in **one** place.',
          state: 'in_progress',
          raw_state: 'In Review',
          priority: 'high',
          due_on: '2026-12-24',
          assignees: ['nora'],
          labels: ['Bug', 'UI'],
          parent: 'LIN-1700',
          number: 1778,
          closed_at: null,
          author: { id: 'u-2', login: 'karri' },
        },
      },
    });
  });

  it.each([
    ['triage', 'open'],
    ['backlog', 'open'],
    ['unstarted', 'open'],
    ['started', 'in_progress'],
    ['completed', 'done'],
    ['canceled', 'cancelled'],
    ['duplicate', 'cancelled'],
    ['constructor', null],
    ['paused', null],
  ])('in a state of the type %s is %s', (type, state) => {
    expect(toState(type)).toBe(state);
  });

  it('has nothing where Linear has nothing', () => {
    const empty = {
      description: null,
      dueDate: null,
      assignee: null,
      parent: null,
      priority: 0,
      creator: null,
    };
    expect(fieldsOf(empty)).toMatchObject({
      body: null,
      due_on: null,
      assignees: [],
      parent: null,
      priority: null,
      author: null,
    });
  });

  it('keeps the name of a state of an unknown type and does not guess what it means', () => {
    const parked = { state: { id: 's', name: 'Parked', type: 'paused' }, priority: 9 };
    const fields = fieldsOf(parked);
    expect(fields['raw_state']).toBe('Parked');
    expect(fields).not.toHaveProperty('state');
    expect(fromIssue(issueNode(parked))).toMatchObject({
      object: {
        unreadable: {
          state: 'What Linear means by a state of the type “paused” is not known.',
          priority: 'What Linear means by the priority 9 is not known.',
        },
      },
    });
    expect(fromIssue(issueNode())).toMatchObject({ object: { unreadable: {} } });
  });

  it('does not take half a list of labels for the whole one', () => {
    const pageInfo = { hasNextPage: true, endCursor: 'x' };
    expect(
      fieldsOf({ labels: { nodes: [{ id: 'l', name: 'Bug' }], pageInfo } }),
    ).not.toHaveProperty('labels');
  });

  it('in the trash is gone', () => {
    expect(fromIssue(issueNode({ trashed: true }))).toMatchObject({ object: { deleted: true } });
  });

  it('that cannot be read is a fault with its id, and never an exception', () => {
    expect(fromIssue(issueNode({ title: 7 }))).toMatchObject({
      is: 'fault',
      fault: { externalId: '2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9' },
    });
    for (const junk of [null, undefined, 7, 'x', [], {}]) expect(fromIssue(junk).is).toBe('fault');
    expect(fromIssue(issueNode({ description: 'x'.repeat(300_000) })).is).toBe('fault');
    expect(fromIssue(issueNode({ updatedAt: 'yesterday' })).is).toBe('fault');
  });

  it('fits the kind whatever texts it holds', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: -9, max: 9 }), (title, description, priority) => {
        const mapped = fromIssue(issueNode({ title, description, priority }));
        if (mapped.is === 'fault') return;
        const parsed = taskDataSchema.partial().safeParse(mapped.object.fields);
        expect(parsed.error?.issues ?? []).toEqual([]);
        expect(JSON.stringify(mapped.object)).not.toMatch(/\\u0000|\\ud[89a-f]/);
      }),
    );
  });
});
