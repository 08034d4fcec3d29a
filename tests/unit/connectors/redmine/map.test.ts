import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromIssue } from '#lib/connectors/redmine/map';
import { chooseStatus, stateOf, type Workflow } from '#lib/connectors/redmine/workflow';
import { taskDataSchema } from '#lib/kinds/index';
import { issueOf, statuses } from './provider.ts';

const workflow: Workflow = { statuses, begin: new Set([1]) };
const around = { workflow, webBase: 'https://pm.example.com/redmine' };
const objectOf = (more: object) => {
  const mapped = fromIssue(issueOf(7, more), around);
  if (mapped.is === 'fault') throw new Error(mapped.fault.message);
  return mapped.object;
};

describe('an issue of Redmine as a task', () => {
  it('has every field the API shows', () => {
    const object = objectOf({
      assigned_to: { id: 6, name: 'Bob Builder' },
      due_date: '2026-12-24',
      parent: { id: 2 },
    });
    expect(object).toMatchObject({
      externalId: '7',
      url: 'https://pm.example.com/redmine/issues/7',
      rank: Date.parse('2026-11-02T08:00:00Z'),
      rankIsExact: false,
      updatedAt: '2026-11-02T08:00:00.000Z',
    });
    expect(object.fields).toEqual({
      title: 'Pump 7',
      body: 'It leaks',
      state: 'open',
      raw_state: 'New',
      assignees: ['Bob Builder'],
      priority: 'Normal',
      due_on: '2026-12-24',
      parent: '2',
      number: 7,
      url: 'https://pm.example.com/redmine/issues/7',
      author: { id: '1', login: 'Redmine Admin', avatar_url: null },
      created_at: '2026-11-01T08:00:00.000Z',
      closed_at: null,
    });
  });

  it('is not closed while it is open, though Redmine keeps the day', () => {
    const closed_on = '2026-11-02T08:00:00Z';
    const closed = { id: 5, name: 'Closed', is_closed: true };
    expect(objectOf({ closed_on, status: closed }).fields).toMatchObject({
      state: 'done',
      closed_at: '2026-11-02T08:00:00.000Z',
    });
    expect(objectOf({ closed_on }).fields['closed_at']).toBeNull();
  });

  it('leaves out what a status means that is in no list', () => {
    const { fields, unreadable } = objectOf({ status: { id: 99, name: 'Brand new' } });
    expect(fields).not.toHaveProperty('state');
    expect(unreadable).toEqual({
      state: 'Whether Redmine’s status “Brand new” is a closed one is not known.',
    });
    expect(objectOf({}).unreadable).toEqual({});
    expect(fields).toMatchObject({ raw_state: 'Brand new' });
  });

  it('is a fault with its number when it cannot be read', () => {
    const mapped = fromIssue(issueOf(7, { updated_on: 'yesterday' }), around);
    expect(mapped).toMatchObject({ is: 'fault', fault: { externalId: '7' } });
    expect(fromIssue(issueOf(7, { subject: 'x'.repeat(2_000) }), around).is).toBe('fault');
  });

  it('never throws, and what it makes fits the kind', () => {
    const json = fc.jsonValue();
    const odd = fc.record({
      due_date: json,
      assigned_to: json,
      description: json,
      closed_on: json,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          json,
          odd.map((more) => issueOf(7, more)),
        ),
        (value) => {
          const mapped = fromIssue(value, around);
          const seen = mapped.is === 'fault' ? {} : mapped.object.fields;
          expect(taskDataSchema.partial().safeParse(seen).error?.issues ?? []).toEqual([]);
        },
      ),
    );
  });
});

describe('what a status means', () => {
  it.each([
    [1, 'open'],
    [2, 'in_progress'],
    [4, 'in_progress'],
    [5, 'done'],
    [6, 'cancelled'],
    [99, null],
  ])('%i is %s', (id, state) => {
    expect(stateOf(workflow, { id, name: 'Whatever' })).toBe(state);
  });

  it('is what the issue says itself, before the list', () => {
    expect(stateOf(workflow, { id: 77, name: 'Shipped', is_closed: true })).toBe('done');
    expect(stateOf(workflow, { id: 77, name: 'Cancelled', is_closed: true })).toBe('cancelled');
    expect(stateOf(workflow, { id: 77, name: 'Waiting', is_closed: false })).toBe('in_progress');
  });

  it('is chosen among those the workflow allows', () => {
    expect(chooseStatus(workflow, null, 'in_progress')?.id).toBe(2);
    expect(
      chooseStatus(
        workflow,
        [statuses[2] ?? statuses[0]].flatMap((s) => s ?? []),
        'in_progress',
      )?.id,
    ).toBe(4);
    expect(chooseStatus(workflow, [], 'done')).toBeUndefined();
  });
});
