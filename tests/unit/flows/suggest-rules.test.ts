import { describe, expect, it } from 'vitest';
import { checkFlow } from '#lib/flows/index';
import { type SuggestedSide, suggestRules } from '#lib/flows/suggest-rules';
import type { FieldRule } from '#lib/sync/schema';
import { side, writable } from './sides.ts';

const names = (...values: string[]) => values.map((value) => ({ value, known: [value] }));
const suggested = (name: string, more: Partial<SuggestedSide> = {}): SuggestedSide => ({
  streamId: `stream-${name}`,
  name,
  kind: 'task',
  writable,
  writableValues: {},
  holdsOne: [],
  seen: [],
  lists: {},
  unread: {},
  ...more,
});
const toRule = (rule: FieldRule): FieldRule => ({
  field: rule.field,
  side_field: rule.side_field,
  direction: rule.direction,
  policy: rule.policy,
  transform: rule.transform,
});
const of = (sides: SuggestedSide[], at: number) => {
  const all = suggestRules(sides);
  const found = all[at];
  if (!found) throw new Error('There is a suggestion for each side.');
  const ruleOf = (field: string) => found.rules.find((rule) => rule.field === field);
  const gapsOf = (field: string) =>
    found.gaps.filter((gap) => gap.field === field).map(({ reason }) => reason);
  return { ...found, ruleOf, gapsOf };
};

describe('a suggestion', () => {
  it('joins what both have under one name, and says what only one has', () => {
    const poor = suggested('Poor', {
      writable: ['title', 'body'],
      seen: ['title', 'body', 'number'],
    });
    const [left, right] = [of([poor, suggested('Rich')], 0), of([poor, suggested('Rich')], 1)];
    expect(left.rules.map(({ field, direction }) => [field, direction])).toEqual([
      ['title', 'both'],
      ['body', 'both'],
    ]);
    expect(left.gapsOf('due_on')).toEqual([
      'Poor has no “due_on”: it stays with the record and the others.',
    ]);
    expect(right.rules.map(({ field }) => field)).toEqual(['title', 'body']);
    expect(right.gapsOf('due_on')).toEqual([
      'Only Rich has “due_on”: it stays with the record and there.',
    ]);
    // Facts of a service travel nowhere and need no rule.
    expect([...left.gaps, ...right.gaps].filter(({ field }) => field === 'number')).toEqual([]);
  });

  it('says that another record is called by its own name at each service', () => {
    const parent = of([suggested('Left'), suggested('Right')], 1).ruleOf('parent');
    expect(parent).toMatchObject({ direction: 'both', transform: null });
    expect(parent?.reason).toMatch(/^The others have “parent” too\. Right is told .* its own name/);
  });

  it('comes in only where it cannot be written', () => {
    const reader = suggested('Reader', { writable: ['title'], seen: ['title', 'due_on'] });
    const found = of([suggested('Rich'), reader], 1);
    expect(found.ruleOf('due_on')).toMatchObject({ direction: 'in', transform: null });
    expect(found.gapsOf('due_on')).toEqual([
      '“due_on” cannot be written at Reader: it only comes in.',
    ]);
  });

  it('leads a state that a service does not know to the one nearest', () => {
    const poor = suggested('Poor', { writableValues: { state: ['open', 'done'] } });
    const found = of([suggested('Rich'), poor], 1);
    expect(found.ruleOf('state')).toMatchObject({
      direction: 'both',
      transform: {
        type: 'values',
        otherwise: 'keep',
        pairs: [
          { here: 'open', there: 'open' },
          { here: 'done', there: 'done' },
          { here: 'in_progress', there: 'open' },
          { here: 'cancelled', there: 'done' },
        ],
      },
      reason: expect.stringContaining('“in_progress” becomes “open” there'),
    });
    expect(found.values['state']).toEqual(['open', 'done']);
    expect(of([suggested('Rich'), poor], 0).ruleOf('state')?.transform).toBeNull();
    const strange = suggested('Strange', { writableValues: { state: ['open'] } });
    expect(of([suggested('Rich'), strange], 1).gapsOf('state')).toEqual([
      '“done” has nothing like it at Strange and is not sent there.',
      '“cancelled” has nothing like it at Strange and is not sent there.',
    ]);
  });

  it('matches people and labels to those of the first side that lists them', () => {
    const left = suggested('Left', {
      lists: {
        assignees: [
          { value: 'ada', known: ['ada', 'Ada Lovelace'] },
          { value: 'bob', known: ['bob'] },
        ],
        labels: names('bug', 'docs'),
      },
    });
    const right = suggested('Right', {
      lists: {
        assignees: [
          { value: 'Ada L', known: ['Ada L', 'Ada Lovelace'] },
          { value: 'Carol', known: ['Carol'] },
        ],
        labels: names('bug', 'docs'),
      },
    });
    const found = of([suggested('First'), left, right], 2);
    expect(found.ruleOf('assignees')).toMatchObject({
      transform: { type: 'values', otherwise: 'skip', pairs: [{ here: 'ada', there: 'Ada L' }] },
      reason: 'Matched 1 by name; what has no pair does not travel.',
    });
    expect(found.gapsOf('assignees')).toEqual([
      'Nothing at Right is bob of Left.',
      'Nothing at Left is Carol of Right.',
    ]);
    expect(found.ruleOf('labels')).toMatchObject({
      transform: null,
      reason: 'Left and Right use the same names.',
    });
    expect(found.values).toMatchObject({ assignees: ['Ada L', 'Carol'], labels: ['bug', 'docs'] });
    expect(of([suggested('First'), left, right], 1).ruleOf('assignees')?.transform).toBeNull();
  });

  it('says of what it is not sure', () => {
    const sides = [
      suggested('Left', { lists: { labels: names('documentation', 'x') } }),
      suggested('Right', { lists: { labels: names('documentations', 'y') } }),
    ];
    expect(of(sides, 1).ruleOf('labels')?.reason).toBe(
      'Matched 1 because their names are alike (“documentation” and “documentations”: look at these); what has no pair does not travel.',
    );
  });

  it('takes values as they are where they could not be read, and says so', () => {
    const sides = [
      suggested('Left', { lists: { labels: names('bug') } }),
      suggested('Right', { unread: { labels: 'The connection is not active' } }),
    ];
    expect(of(sides, 1).ruleOf('labels')?.transform).toBeNull();
    expect(of(sides, 1).gapsOf('labels')).toEqual([
      'What “labels” can be at Right could not be read (The connection is not active): values are taken as they are.',
    ]);
  });

  it('is a mapping that the check takes', () => {
    const sides = [
      suggested('Left', {
        writable: ['title', 'state', 'labels'],
        writableValues: { state: ['open', 'done'] },
        seen: ['title', 'state', 'labels', 'assignees', 'url'],
        lists: { labels: names('a', 'b'), assignees: names('ada') },
      }),
      suggested('Right', {
        writableValues: { priority: ['high', 'low'] },
        lists: { labels: names('A', 'c'), assignees: names('Ada', 'bob'), priority: names('high') },
      }),
    ];
    const found = suggestRules(sides);
    const checked = sides.map(({ name, writable: given, writableValues, seen }, index) => {
      const rules = found[index]?.rules.map(toRule) ?? [];
      const made = side(name, rules, { creates: true, seen, values: writableValues });
      const { resource } = made.stream ?? {};
      return made.stream && resource
        ? { ...made, stream: { ...made.stream, resource: { ...resource, writable: given } } }
        : made;
    });
    expect(found.map(({ rules }) => rules.length)).toEqual([4, 4]);
    expect(checkFlow({ sides: checked, matchFields: ['title'] })).toEqual([]);
  });

  it('sends the first of a list where one has room', () => {
    const users = { assignees: names('ada', 'grace') };
    const many = suggested('Many');
    const one = suggested('One', { holdsOne: ['assignees'] });
    expect(of([many, one], 1).ruleOf('assignees')).toMatchObject({
      direction: 'both',
      transform: { type: 'first' },
      reason: expect.stringContaining('One holds one: the first of several goes there'),
    });
    expect(of([many, one], 0).ruleOf('assignees')).toMatchObject({ transform: null });
    // Where nobody has more than one there is nothing to choose.
    expect(
      of([one, suggested('Other', { holdsOne: ['assignees'] })], 1).ruleOf('assignees'),
    ).toMatchObject({ transform: null });
    const named = { ...one, lists: { assignees: names('Ada', 'Grace') } };
    expect(of([{ ...many, lists: users }, named], 1).ruleOf('assignees')).toMatchObject({
      transform: { type: 'values', only: 'first' },
    });
    const rules = of([many, one], 1).rules.map(toRule);
    const sides = [side('Many'), side('One', rules, { holdsOne: ['assignees'] })];
    expect(checkFlow({ sides, matchFields: ['title'] })).toEqual([]);
  });
});
