import { describe, expect, it } from 'vitest';
import { checkFlow } from '#lib/flows/index';
import type { FieldRule, Transform } from '#lib/sync/schema';
import { rule, side } from './sides.ts';

/** The faults of one rule set at the first of two sides. */
const faultsOf = (rules: FieldRule[], more: Parameters<typeof side>[2] = {}) =>
  checkFlow({
    sides: [side('Left', rules, { creates: false, ...more }), side('Right')],
    matchFields: ['url'],
  });
const values = (
  pairs: [string, string][],
  otherwise: 'keep' | 'skip' = 'keep',
): { transform: Transform } => ({
  transform: { type: 'values', otherwise, pairs: pairs.map(([here, there]) => ({ here, there })) },
});

describe('a rule', () => {
  it.each<[string, FieldRule, string, string]>([
    ['for a field nobody knows', rule('weight'), 'field', 'no field “weight”'],
    [
      'to a field nobody knows',
      rule('title', { side_field: 'name' }),
      'side_field',
      'no field “name”',
    ],
    [
      'out to what cannot be written',
      rule('number', { direction: 'out' }),
      'direction',
      'cannot be written at Left',
    ],
    ['both ways to what can only come in', rule('url'), 'direction', 'it can only come in'],
    [
      'of a list and one text',
      rule('labels', { side_field: 'title' }),
      'transform',
      '“first” makes one of the other',
    ],
    [
      'of one text and a list',
      rule('title', { side_field: 'labels' }),
      'transform',
      '“list” makes one of the other',
    ],
    [
      'of text in a number',
      rule('comments', { side_field: 'title', direction: 'in' }),
      'transform',
      '“comments” is a number',
    ],
    [
      'of many lines in one',
      rule('title', { side_field: 'body', direction: 'in' }),
      'transform',
      'text of many lines',
    ],
    [
      'of what may be empty in what may not',
      rule('title', { side_field: 'priority', direction: 'in' }),
      'transform',
      'can be empty',
    ],
    [
      'of many lines in one that may be empty',
      rule('parent', { side_field: 'body', direction: 'in' }),
      'transform',
      'text of many lines',
    ],
    [
      'of text in a choice',
      rule('state', { side_field: 'title', direction: 'in' }),
      'transform',
      'one of few values',
    ],
    [
      'of text in a day',
      rule('due_on', { side_field: 'title', direction: 'in' }),
      'transform',
      'a day',
    ],
    [
      'of a person in text',
      rule('priority', { side_field: 'author', direction: 'in' }),
      'transform',
      'parts of its own',
    ],
    [
      'with a prefix of a day',
      rule('due_on', { transform: { type: 'prefix', text: 'x' } }),
      'transform',
      'is for text',
    ],
    [
      'with the case of a choice',
      rule('state', { transform: { type: 'case', to: 'upper' } }),
      'transform',
      '“state” (one of few values)',
    ],
    [
      'with the first of no list',
      rule('title', { transform: { type: 'first' } }),
      'transform',
      'between a list here and text there',
    ],
    [
      'with a list of a list',
      rule('labels', { transform: { type: 'list' } }),
      'transform',
      'between text here and a list there',
    ],
    [
      'with values of a day',
      rule('due_on', values([['a', 'b']])),
      'transform',
      'mapped between words',
    ],
    [
      'with values of a list in a text',
      rule('labels', { side_field: 'title', ...values([]) }),
      'transform',
      '“labels” is a list',
    ],
    [
      'with a value that is none here',
      rule('state', values([['closed', 'done']])),
      'transform',
      '“closed” is no value',
    ],
    [
      'with a value that is none there',
      rule('state', values([['done', 'closed']])),
      'transform',
      '“closed” is no value',
    ],
    [
      'with a set policy for text',
      rule('title', { policy: 'set' }),
      'policy',
      '“set” is for a list',
    ],
    [
      'with a text policy for a list',
      rule('labels', { policy: 'text' }),
      'policy',
      '“text” is for text',
    ],
    [
      'with a counter policy for text',
      rule('body', { policy: 'counter' }),
      'policy',
      '“counter” is for a number',
    ],
    [
      'with a policy that never decides going out',
      rule('body', { direction: 'out', policy: 'manual' }),
      'policy',
      'only goes out',
    ],
    [
      'with a policy that never decides coming in',
      rule('body', { direction: 'in', policy: 'local_wins' }),
      'policy',
      'only comes in',
    ],
  ])('%s is refused', (_, given, at, reason) => {
    const faults = faultsOf([given]);
    expect(faults).toContainEqual({
      field: `sides.0.rules.0.${at}`,
      reason: expect.stringContaining(reason),
    });
  });

  it.each<[string, FieldRule]>([
    ['of one name', rule('title', { policy: 'latest_wins' })],
    ['of a line in a text', rule('title', { side_field: 'body', direction: 'out' })],
    ['of a day in a text', rule('due_on', { side_field: 'body', direction: 'out' })],
    [
      'of a list in one text',
      rule('labels', { side_field: 'priority', transform: { type: 'first' } }),
    ],
    [
      'of one text in a list',
      rule('priority', { side_field: 'labels', transform: { type: 'list' } }),
    ],
    [
      'of text in a choice, by what has a pair',
      rule('title', {
        side_field: 'state',
        direction: 'out',
        ...values([['high', 'open']], 'skip'),
      }),
    ],
    ['with a prefix', rule('title', { transform: { type: 'prefix', text: 'Web: ' } })],
    ['with the case of a list', rule('labels', { transform: { type: 'case', to: 'lower' } })],
    ['that does not travel', rule('number', { direction: 'none' })],
  ])('%s is taken', (_, given) => {
    expect(faultsOf([given])).toEqual([]);
  });

  it('says which values the service takes', () => {
    const takes = { values: { state: ['open', 'done'] } };
    const map = values([['in_progress', 'in_progress']]);
    expect(faultsOf([rule('state', map)], takes)).toEqual([
      {
        field: 'sides.0.rules.0.transform.pairs.0.there',
        reason: 'Left takes open, done for “state”, and not “in_progress”',
      },
    ]);
    expect(faultsOf([rule('state', { ...map, direction: 'in' })], takes)).toEqual([]);
  });

  it('gives one value here one value there', () => {
    const map = values([
      ['in_progress', 'open'],
      ['open', 'open'],
      ['in_progress', 'done'],
    ]);
    expect(faultsOf([rule('state', map)])).toEqual([
      {
        field: 'sides.0.rules.0.transform.pairs.2.here',
        reason: '“in_progress” has a value there already',
      },
    ]);
  });

  it('reads what objects there have', () => {
    const due = rule('due_on', { direction: 'in' });
    expect(faultsOf([due], { seen: ['title', 'url'] })).toEqual([]);
    const estimate = rule('priority', { side_field: 'raw_state', direction: 'in' });
    expect(faultsOf([estimate], { seen: ['title', 'url'] })).toEqual([
      { field: 'sides.0.rules.0.side_field', reason: 'nothing at Left has “raw_state”' },
    ]);
    expect(faultsOf([estimate])).toEqual([]);
  });
});

describe('two rules', () => {
  it('do not write one field', () => {
    const rules = [rule('title', { side_field: 'body', direction: 'out' }), rule('body')];
    expect(faultsOf(rules)[0]).toEqual({
      field: 'sides.0.rules.1.side_field',
      reason: '“body” of Left would be written from both “title” and “body”',
    });
  });

  it('do not read one field', () => {
    const rules = [
      rule('parent', { direction: 'in' }),
      rule('parent', { side_field: 'priority', direction: 'in' }),
    ];
    expect(faultsOf(rules)).toEqual([
      {
        field: 'sides.0.rules.1.field',
        reason: '“parent” would be read from both “parent” and “priority” of Left',
      },
    ]);
    const split = [rule('title', { direction: 'in' }), rule('title', { direction: 'out' })];
    expect(faultsOf(split)).toEqual([
      { field: 'sides.0.rules.1.field', reason: '“title” has a rule for Left already' },
    ]);
  });

  it('may read one field into two', () => {
    const rules = [
      rule('priority', { direction: 'in' }),
      rule('parent', { side_field: 'priority', direction: 'in' }),
    ];
    expect(faultsOf(rules)).toEqual([]);
  });
});
