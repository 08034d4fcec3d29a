import { describe, expect, it } from 'vitest';
import { type CheckedSide, checkFlow } from '#lib/flows/index';
import type { FieldRule } from '#lib/sync/schema';
import { rule, side, writable } from './sides.ts';

const title = ['title'];
const check = (...sides: CheckedSide[]) => checkFlow({ sides, matchFields: title });
describe('sides', () => {
  it('of one kind and different connections are a flow', () => {
    expect(check(side('Left'), side('Right'), side('Third'))).toEqual([]);
  });

  it.each<[string, Parameters<typeof side>[2], string]>([
    [
      'of one connection',
      { connectionId: 'connection-Left' },
      'a record lives once at a connection',
    ],
    ['in another flow', { inFlow: 'Old' }, 'side of the flow “Old”'],
    ['of another kind', { kind: 'message' }, 'whose filter names the stream'],
  ])('%s are refused', (_, more, reason) => {
    const faults = check(side('Left'), side('Right', [], more));
    expect(faults[0]).toEqual({
      field: 'sides.1.stream_id',
      reason: expect.stringContaining(reason),
    });
  });

  it('named twice, or not there, are refused', () => {
    const left = side('Left');
    expect(check(left, left)).toEqual([
      { field: 'sides.1.stream_id', reason: 'Left is a side of this flow already' },
    ]);
    const absent = { streamId: 'x', creates: true, rules: [rule('nothing')], stream: null };
    expect(check(absent, side('Right'))).toEqual([
      { field: 'sides.0.stream_id', reason: 'is no stream of this workspace' },
    ]);
  });
});

describe('a circle of fields', () => {
  const over = (out: string, there: string, back: string): FieldRule[] => [
    rule(out, { side_field: there, direction: 'out' }),
    rule(back, { side_field: there, direction: 'in' }),
  ];

  it('over two sides is told in words', () => {
    const sides = [
      side('Left', over('priority', 'parent', 'parent'), { creates: false }),
      side('Right', over('parent', 'priority', 'priority'), { creates: false }),
    ];
    expect(check(...sides)).toEqual([
      {
        field: 'sides.1.rules.1.field',
        reason:
          'a circle: “priority” is written to “parent” of Left, which is read into “parent”; “parent” is written to “priority” of Right, which is read into “priority”',
      },
    ]);
  });

  it('over three sides and a default is found too', () => {
    const sides = [
      side('Left', over('priority', 'body', 'parent')),
      side('Right', over('parent', 'priority', 'body')),
      side('Third', [
        ...over('body', 'labels', 'priority')
          .slice(0, 1)
          .map((one) => ({ ...one, side_field: 'body' })),
        rule('priority', { side_field: 'body', direction: 'in' }),
      ]),
    ];
    const circles = check(...sides).filter(({ reason }) => reason.startsWith('a circle'));
    expect(circles).toHaveLength(1);
    expect(circles[0]?.reason).toContain('“body” is written to “body” of Third');
  });

  it('is none where the value only goes on', () => {
    expect(check(side('Left', over('priority', 'parent', 'parent')), side('Right'))).toEqual([]);
  });
});

describe('what is made, and what is matched by', () => {
  it('is made only where it can be', () => {
    const resource = {
      name: 'issues',
      kind: 'task' as const,
      title: 'Issues',
      scopeTitle: 'project',
      writable,
      writableValues: {},
    };
    const bare = (creates: boolean) => side('Read only', [], { creates, resource });
    expect(check(side('A'), bare(false))).toEqual([]);
    expect(check(side('A'), bare(true))).toEqual([
      {
        field: 'sides.1.creates',
        reason: 'nothing can be made at Read only from here; what is missing there stays missing',
      },
    ]);
  });

  it('needs a rule for what the service asks for', () => {
    const titleIn = [rule('title', { direction: 'in' })];
    expect(check(side('Left', titleIn), side('Right'))).toEqual([
      {
        field: 'sides.0.creates',
        reason: 'nothing is made at Left without “title”, and no rule writes it',
      },
    ]);
    expect(check(side('Left', titleIn, { creates: false }), side('Right'))).toEqual([]);
  });

  it('comes in from every side', () => {
    const sides = [
      side('Left', [rule('due_on', { direction: 'out' })]),
      side('Right', [], { seen: ['title', 'body'] }),
    ];
    const faults = checkFlow({
      sides,
      matchFields: ['title', 'due_on', 'title', 'size', 'author'],
    });
    expect(faults).toEqual([
      { field: 'match_fields.1', reason: '“due_on” does not come in from Left' },
      { field: 'match_fields.2', reason: '“title” is named twice' },
      { field: 'match_fields.3', reason: 'a task has no field “size”' },
      { field: 'match_fields.4', reason: '“author” does not come in from Right' },
    ]);
  });
});

describe('a list where one item has room', () => {
  const one = (...rules: FieldRule[]) => side('One', rules, { holdsOne: ['assignees'] });
  const reason =
    '“assignees” holds one value at One, and “assignees” of Many is a list; “first” sends its first';
  const faults = (...sides: CheckedSide[]) => checkFlow({ sides, matchFields: ['title'] });

  it('is refused in a rule; without one the service has its say', () => {
    expect(faults(side('Many'), one())).toEqual([]);
    expect(faults(side('Many'), one(rule('title'), rule('assignees')))).toEqual([
      { field: 'sides.1.rules.1.transform', reason },
    ]);
    const all: FieldRule['transform'] = { type: 'values', pairs: [], otherwise: 'skip' };
    expect(faults(side('Many'), one(rule('assignees', { transform: all })))).toHaveLength(1);
    expect(
      faults(side('Many'), one(rule('assignees', { transform: { ...all, only: 'first' } }))),
    ).toEqual([]);
  });

  it('is none where its first goes, nothing goes, or nobody has more', () => {
    expect(faults(side('Many'), one(rule('assignees', { transform: { type: 'first' } })))).toEqual(
      [],
    );
    expect(faults(side('Many'), one(rule('assignees', { direction: 'in' })))).toEqual([]);
    expect(faults(side('Many', [rule('assignees', { direction: 'out' })]), one())).toEqual([]);
    expect(
      faults(one(), {
        ...one(),
        streamId: 'other',
        stream: side('Two', [], { holdsOne: ['assignees'] }).stream,
      }),
    ).toEqual([]);
  });

  it('has a first item, and a text has none', () => {
    const only = {
      type: 'values' as const,
      pairs: [],
      otherwise: 'skip' as const,
      only: 'first' as const,
    };
    expect(faults(side('Many'), side('Two', [rule('body', { transform: only })]))).toEqual([
      {
        field: 'sides.1.rules.0.transform',
        reason: 'only a list has a first item, and “body” is text of many lines',
      },
    ]);
  });
});
