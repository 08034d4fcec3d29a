import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual } from '#lib/kinds/index';
import type { FieldRule, Transform } from '#lib/sync/schema';
import { lensOf, plainLens } from '../../../lib/sync/lens/index.ts';
import { owedFields, viewLink } from '../../../lib/sync/view-link.ts';

const rule = (field: string, more: Partial<FieldRule> = {}): FieldRule => ({
  field,
  side_field: field,
  direction: 'both',
  policy: null,
  transform: null,
  ...more,
});
const values = (
  pairs: [here: string, there: string][],
  otherwise: 'keep' | 'skip' = 'keep',
): Transform => ({
  type: 'values',
  pairs: pairs.map(([here, there]) => ({ here, there })),
  otherwise,
});
const through = (...rules: FieldRule[]) => lensOf('task', rules);

describe('a lens', () => {
  it('of no rules hands on what it is given', () => {
    const state = { title: 'a', milestone_x: 1 };
    const lens = lensOf('task', []);
    expect(lens).toBe(plainLens);
    expect(lens.observe(state).fields).toBe(state);
    expect(lens.toSide(state).fields).toBe(state);
  });

  it('reads and writes a field under another name, and leaves the rest alone', () => {
    const lens = through(rule('body', { side_field: 'parent' }));
    const there = { title: 'a', parent: 'text', milestone_x: 1 };
    expect(lens.toRecord(there)).toEqual({ title: 'a', body: 'text', milestone_x: 1 });
    expect(lens.toSide({ title: 'a', body: 'new' }).fields).toEqual({ title: 'a', parent: 'new' });
    // The place is given away: the field of that name would be written over it.
    expect(lens.toSide({ parent: 'x' })).toMatchObject({ fields: {}, unsaid: ['parent'] });
    expect(lens.writable(['title', 'parent'])).toEqual(['title', 'body']);
  });

  it('keeps directions', () => {
    const lens = through(
      rule('title', { direction: 'in' }),
      rule('body', { direction: 'out' }),
      rule('priority', { direction: 'none' }),
    );
    const there = { title: 'a', body: 'b', priority: 'c', state: 'open' };
    expect(lens.toRecord(there)).toEqual({ title: 'a', state: 'open' });
    expect(lens.observe(there).fields).toEqual({ title: 'a', body: 'b', state: 'open' });
    expect(lens.toSide(there).fields).toEqual({ body: 'b', state: 'open' });
    expect(lens.writable(['title', 'body', 'priority', 'state'])).toEqual(['state', 'body']);
    expect(lens.policies).toEqual({ title: 'remote_wins', body: 'local_wins' });
  });

  it.each<[string, Transform, Json, Json]>([
    ['values', values([['done', 'Closed']]), 'done', 'Closed'],
    ['values of a list', values([['bug', 'Defect']]), ['bug', 'x'], ['Defect', 'x']],
    ['a prefix', { type: 'prefix', text: 'P: ' }, 'high', 'P: high'],
    ['case', { type: 'case', to: 'lower' }, 'high', 'high'],
  ])('turns %s both ways', (_name, transform, here, there) => {
    const [field, place] = Array.isArray(here) ? ['labels', 'labels'] : ['priority', 'due'];
    const lens = through(
      rule(field, { side_field: place === 'due' ? 'parent' : place, transform }),
    );
    const side = place === 'due' ? 'parent' : place;
    expect(lens.toSide({ [field]: here }).fields).toEqual({ [side]: there });
    expect(lens.toRecord({ [side]: there })).toEqual({ [field]: here });
  });

  it('makes one of a list and a list of one', () => {
    const first = through(rule('labels', { side_field: 'priority', transform: { type: 'first' } }));
    expect(first.toSide({ labels: ['b', 'a'] }).fields).toEqual({ priority: 'a' });
    expect(first.toRecord({ priority: 'a' })).toEqual({ labels: ['a'] });
    expect(first.toRecord({ priority: null })).toEqual({ labels: [] });
    const list = through(rule('priority', { side_field: 'labels', transform: { type: 'list' } }));
    expect(list.toRecord({ labels: ['z', 'a'] })).toEqual({ priority: 'a' });
    expect(list.toSide({ priority: 'b' }, { labels: ['z', 'a'] }).fields).toEqual({
      labels: ['b', 'z'],
    });
    expect(list.toSide({ priority: null }, { labels: ['a'] }).fields).toEqual({ labels: [] });
  });

  it('sends the first of a list to a list of one, and leaves who stands there', () => {
    const lens = through(rule('assignees', { transform: { type: 'first' } }));
    expect(lens.toSide({ assignees: ['b', 'a'] }).fields).toEqual({ assignees: ['a'] });
    expect(lens.toSide({ assignees: ['b', 'a'] }, { assignees: ['b'] }).fields).toEqual({
      assignees: ['b'],
    });
    expect(lens.standsFor('assignees', ['b', 'a'], { assignees: ['b'] })).toBe(true);
    expect(lens.toSide({ assignees: ['a'] }, { assignees: ['b'] }).fields).toEqual({
      assignees: ['a'],
    });
    expect(lens.toSide({ assignees: [] }, { assignees: ['b'] }).fields).toEqual({ assignees: [] });
    expect(lens.toRecord({ assignees: ['b'] })).toEqual({ assignees: ['b'] });
  });

  it('sends the first of a list that has a name there', () => {
    const pairs = ['Ada', 'Bob'].map((there) => ({ here: there.toLowerCase(), there }));
    const lens = through(
      rule('assignees', { transform: { type: 'values', pairs, otherwise: 'skip', only: 'first' } }),
    );
    expect(lens.toSide({ assignees: ['aa', 'bob', 'ada'] }).fields).toEqual({ assignees: ['Ada'] });
    expect(lens.toSide({ assignees: ['ada', 'bob'] }, { assignees: ['Bob'] }).fields).toEqual({
      assignees: ['Bob'],
    });
    // Somebody without a name here keeps the only place.
    expect(lens.toSide({ assignees: ['ada'] }, { assignees: ['Eve'] }).fields).toEqual({
      assignees: ['Eve'],
    });
    expect(lens.toRecord({ assignees: ['Bob'] })).toEqual({ assignees: ['bob'] });
  });

  it('keeps items of a list that do not travel where they are', () => {
    const lens = through(rule('labels', { transform: values([['bug', 'Defect']], 'skip') }));
    expect(lens.toRecord({ labels: ['Defect', 'internal'] })).toEqual({ labels: ['bug'] });
    expect(lens.toSide({ labels: [] }, { labels: ['Defect', 'internal'] }).fields).toEqual({
      labels: ['internal'],
    });
    expect(lens.toSide({ labels: ['bug', 'ours'] }, { labels: ['internal'] }).fields).toEqual({
      labels: ['Defect', 'internal'],
    });
  });

  it('leaves of several that mean the same here the one that is there', () => {
    const lens = through(
      rule('labels', {
        transform: values([
          ['bug', 'Defect'],
          ['bug', 'Fault'],
        ]),
      }),
    );
    expect(lens.toSide({ labels: ['bug', 'x'] }, { labels: ['Fault'] }).fields).toEqual({
      labels: ['Fault', 'x'],
    });
  });

  it('leaves what stands in a list there as it stands, when another item comes', () => {
    const prefixed = through(rule('labels', { transform: { type: 'prefix', text: 'p:' } }));
    const there = { labels: ['x', 'p:y'] };
    expect(prefixed.toSide({ labels: ['x', 'y', 'z'] }, there).fields).toEqual({
      labels: ['x', 'p:y', 'p:z'],
    });
    expect(prefixed.toSide({ labels: ['y'] }, there).fields).toEqual({ labels: ['p:y'] });
    const lowered = through(rule('labels', { transform: { type: 'case', to: 'lower' } }));
    expect(lowered.toSide({ labels: ['Bug', 'New'] }, { labels: ['Bug'] }).fields).toEqual({
      labels: ['Bug', 'new'],
    });
  });

  it('names a value never seen, and takes nothing of it', () => {
    const lens = through(
      rule('state', { side_field: 'raw_state', transform: values([['done', 'Closed']]) }),
      rule('priority', { transform: values([['high', 'P1']], 'skip') }),
    );
    const { fields, unread } = lens.observe({ raw_state: 'Triage', priority: 'P9' });
    expect(fields).toEqual({});
    expect(Object.keys(unread).sort()).toEqual(['priority', 'state']);
    expect(unread['priority']).toContain('P9');
  });

  it('says in words what cannot be expressed there', () => {
    const lens = through(rule('body', { side_field: 'title' }));
    expect(lens.toSide({ body: null })).toMatchObject({ fields: {}, faults: [{ field: 'body' }] });
    expect(lens.toSide({ body: 'x'.repeat(5_000) }).faults[0]?.message).toMatch(/title/);
  });
});

const text = fc.constantFrom('a', 'b', 'Bug', 'bug', 'P: a', '', 'Über');
const transforms: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({
    type: fc.constant('values' as const),
    pairs: fc.array(fc.record({ here: text, there: text }), { maxLength: 4 }),
    otherwise: fc.constantFrom('keep' as const, 'skip' as const),
  }),
  fc.record({ type: fc.constant('prefix' as const), text: fc.constantFrom('P: ', 'a') }),
  fc.record({ type: fc.constant('case' as const), to: fc.constantFrom('lower', 'upper') }),
);
const ruleSets = fc
  .tuple(
    fc.option(transforms, { nil: null }),
    fc.option(fc.oneof(transforms, fc.constant<Transform>({ type: 'first' })), { nil: null }),
    fc.boolean(),
  )
  .map(([one, many, isFirst]) => [
    rule('body', { side_field: 'parent', transform: one }),
    many?.type === 'first' || isFirst
      ? rule('labels', { side_field: 'priority', transform: { type: 'first' } })
      : rule('labels', { transform: many }),
  ]);
const items = fc.uniqueArray(
  text.filter((item) => item !== ''),
  { maxLength: 3 },
);
const records = fc.record({ body: fc.option(text, { nil: null }), labels: items });
const sides = fc.record({
  parent: fc.option(text, { nil: null }),
  labels: items,
  priority: fc.option(text, { nil: null }),
});

const viewOf = (rules: FieldRule[], there: JsonObject, data: JsonObject, ours: JsonObject = {}) =>
  viewLink('task', {
    rules,
    rules_version: 1,
    since: null,
    lens_version: 1,
    base: there,
    ours,
    data,
  });
const writable = ['parent', 'labels', 'priority'];

describe('hazard 35: a mapping that loses something', () => {
  it('is one-way until somebody changes the value here: what was said is never owed again', () => {
    fc.assert(
      fc.property(ruleSets, records, sides, (rules, data, before) => {
        const lens = lensOf('task', rules);
        const { fields } = lens.toSide(data, before);
        const view = viewOf(rules, { ...before, ...fields }, data);
        const said = Object.keys(data).filter((field) => Object.hasOwn(fields, lens.sideOf(field)));
        for (const field of said) {
          const { comparator } = fieldRule('task', field);
          const isBack = fieldsEqual(comparator, view.base?.[field], data[field as 'body']);
          const isKept = fieldsEqual(comparator, view.ours[field], data[field as 'body']);
          expect(isBack || isKept, `${field} is neither read back nor kept`).toBe(true);
        }
        const owed = owedFields('task', { ...view, data, held: [] }, writable);
        expect(owed.filter((field) => said.includes(field))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('what was read is not owed, whatever it was made of', () => {
    fc.assert(
      fc.property(ruleSets, sides, (rules, there) => {
        const lens = lensOf('task', rules);
        const data = lens.toRecord(there);
        const view = viewOf(rules, there, data);
        expect(owedFields('task', { ...view, data, held: [] }, writable)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('no item there is rewritten that nobody has touched', () => {
    fc.assert(
      fc.property(transforms, items, text, (transform, labels, added) => {
        const lens = lensOf('task', [rule('labels', { transform })]);
        const read = lens.toRecord({ labels })['labels'] as string[] | undefined;
        // A list with an item that reads as nothing is not taken at all.
        if (!read) return;
        const wanted = added === '' || read.includes(added) ? read : [...read, added];
        const after: JsonObject = {
          labels,
          ...lens.toSide({ labels: wanted }, { labels }).fields,
        };
        expect(after['labels']).toEqual(expect.arrayContaining(labels));
      }),
      { numRuns: 2_000 },
    );
  });

  it('nothing that does not travel is lost there by a write', () => {
    fc.assert(
      fc.property(ruleSets, records, sides, (rules, data, there) => {
        const lens = lensOf('task', rules);
        const { fields } = lens.toSide(data, there);
        const after: JsonObject = { ...there, ...fields };
        const [, labels] = rules;
        if (labels?.transform?.type !== 'values' || labels.transform.otherwise === 'keep') return;
        const known = labels.transform.pairs.map((pair) => pair.there);
        const unseen = there.labels.filter((item) => !known.includes(item));
        expect(after['labels']).toEqual(expect.arrayContaining(unseen));
      }),
      { numRuns: 1_000 },
    );
  });
});
