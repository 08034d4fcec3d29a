import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#lib/core/index';
import { type CheckedSide, checkFlow } from '#lib/flows/index';
import { fieldsOf, mergePolicies } from '#lib/kinds/index';
import { lensOf } from '#lib/sync/lens/index';
import { directions, type FieldRule } from '#lib/sync/schema';
import { isLong } from '../../setup/is-long.ts';
import { side } from './sides.ts';

/** Values a field can have; empty where it can be. */
const samples: Record<string, readonly Json[]> = {
  title: ['one', ' Web: two '],
  body: [null, 'a\nb', 'open'],
  state: ['open', 'in_progress', 'done', 'cancelled'],
  labels: [[], ['a'], ['b', 'a', 'c']],
  assignees: [[], ['ada'], ['high', 'ada']],
  priority: [null, 'high', 'open'],
  due_on: [null, '2026-02-28'],
  parent: [null, '7'],
  raw_state: [null, 'Todo'],
  number: [null, 3],
  url: [null, 'https://a.test/1'],
  author: [null, { id: '1', login: 'ada' }],
  comments: [0, 2],
  created_at: [null, '2026-01-01T00:00:00Z'],
  closed_at: [null, '2026-01-02T00:00:00.000Z'],
};
const fields = Object.keys(fieldsOf('task'));
const words = ['open', 'done', 'in_progress', 'ada', 'high'];

const pair = fc.record({ here: fc.constantFrom(...words), there: fc.constantFrom(...words) });
const transform = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  fc.record({
    type: fc.constant('values' as const),
    pairs: fc.uniqueArray(pair, { maxLength: 3, selector: ({ here }) => here }),
    otherwise: fc.constantFrom('keep' as const, 'skip' as const),
  }),
  fc.record({
    type: fc.constant('values' as const),
    pairs: fc.uniqueArray(pair, { maxLength: 3, selector: ({ here }) => here }),
    otherwise: fc.constantFrom('keep' as const, 'skip' as const),
    only: fc.constant('first' as const),
  }),
  fc.constantFrom(
    { type: 'prefix' as const, text: 'Web: ' },
    { type: 'case' as const, to: 'lower' as const },
    { type: 'first' as const },
    { type: 'list' as const },
  ),
);
const field = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('title', 'body', 'priority', 'parent', 'labels', 'assignees'),
  },
  fc.constantFrom(...fields),
);
const ruleOf = fc
  .record({
    field,
    other: field,
    isSame: fc.boolean(),
    direction: fc.constantFrom(...directions),
    policy: fc.oneof(
      { weight: 5, arbitrary: fc.constant(null) },
      fc.constantFrom(...mergePolicies),
    ),
    transform,
  })
  .map(
    ({ other, isSame, ...rest }): FieldRule => ({
      ...rest,
      side_field: isSame ? rest.field : other,
    }),
  );
const rulesOf = fc.array(ruleOf, { maxLength: 4 });
/** Fields that fit each other, so that circles are not rare. */
const line = fc.constantFrom('priority', 'parent', 'raw_state');
const lines = fc.array(
  fc.tuple(line, line, fc.constantFrom('out' as const, 'in' as const)).map(
    ([name, there, direction]): FieldRule => ({
      field: name,
      side_field: there,
      direction,
      policy: null,
      transform: null,
    }),
  ),
  { maxLength: 3 },
);

type Accepts = (...rules: FieldRule[][]) => boolean;
/** The check, or what it would be if it did not see faults with these words. */
const accepting =
  (unseen: string | null): Accepts =>
  (...rules) =>
    checkFlow({
      sides: rules.map((given, index): CheckedSide => side(`S${index}`, given, { creates: false })),
      matchFields: [],
    }).every(({ reason }) => unseen !== null && reason.includes(unseen));
const accepts = accepting(null);
const most = isLong ? 50_000 : 2_000;
/** Of a property; what falsified it otherwise. */
const held = { failed: false, counterexample: null };
const patience = isLong ? 600_000 : 30_000;

/** Fields of the side that a value of the record's field arrives in. */
const writtenTo = (rules: FieldRule[], name: string): string[] => {
  const lens = lensOf('task', rules);
  const told = (samples[name] ?? []).flatMap((value) =>
    Object.keys(lens.toSide({ [name]: value }).fields),
  );
  return [...new Set(told)];
};

const hasOneWriter = (isTaken: Accepts) =>
  fc.property(rulesOf, (rules) => {
    fc.pre(isTaken(rules, []));
    const writers = fields.flatMap((name) => writtenTo(rules, name));
    expect(writers.length).toBe(new Set(writers).size);
    const lens = lensOf('task', rules);
    for (const name of fields) {
      const readers = fields.filter((there) => lens.fieldsAt(there).includes(name));
      expect(readers.length).toBeLessThanOrEqual(1);
    }
  });

const makesValues = (isTaken: Accepts) =>
  fc.property(ruleOf, (rule) => {
    fc.pre(isTaken([rule], []));
    const lens = lensOf('task', [rule]);
    for (const value of samples[rule.field] ?? []) {
      expect(lens.toSide({ [rule.field]: value }).faults).toEqual([]);
    }
    // What only goes out is read to be compared, and overwritten whatever it is.
    for (const value of rule.direction === 'out' ? [] : (samples[rule.side_field] ?? [])) {
      const { unread } = lens.observe({ [rule.side_field]: value });
      for (const reason of Object.values(unread)) expect(reason).toContain('has no value for');
    }
  });

const comesToRest = (isTaken: Accepts) =>
  fc.property(fc.oneof(lines, rulesOf), fc.oneof(lines, rulesOf), (left, right) => {
    fc.pre(isTaken(left, right));
    const reached = (from: string): string[] =>
      [left, right].flatMap((rules) => {
        const lens = lensOf('task', rules);
        const taken = (name: string) =>
          rules.every(({ field: ruled, direction }) => ruled !== name || direction !== 'out');
        return writtenTo(rules, from).flatMap((there) => lens.fieldsAt(there).filter(taken));
      });
    for (const start of fields) {
      let at = new Set(reached(start).filter((name) => name !== start));
      for (let step = 0; step < fields.length && at.size > 0; step += 1) {
        expect(at.has(start)).toBe(false);
        at = new Set([...at].flatMap((name) => reached(name).filter((next) => next !== name)));
      }
    }
  });

describe('a mapping that was accepted', () => {
  it(
    'has a lens that writes and reads no field from two others',
    () => expect(fc.check(hasOneWriter(accepts), { numRuns: most })).toMatchObject(held),
    patience,
  );
  it(
    'makes of every value one of the field it is led to, there and here',
    () => expect(fc.check(makesValues(accepts), { numRuns: most })).toMatchObject(held),
    patience,
  );
  it(
    'comes to rest: a value that is handed on from side to side never goes round',
    () => expect(fc.check(comesToRest(accepts), { numRuns: most / 4 })).toMatchObject(held),
    patience,
  );

  it.each<[string, string, (isTaken: Accepts) => fc.IProperty<never>]>([
    ['two writers', 'would be written from both', hasOneWriter as never],
    ['unfit shapes', ' is ', makesValues as never],
    ['what cannot be empty', 'can be empty', makesValues as never],
    ['circles', 'a circle', comesToRest as never],
  ])('would be caught if the check did not see %s', (_, unseen, property) => {
    expect(fc.check(property(accepting(unseen)), { numRuns: 20_000, seed: 1 }).failed).toBe(true);
  });
});
