import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#lib/core/index';
import {
  type Comparator,
  contactDataSchema,
  defaultsOf,
  fieldRule,
  fieldsEqual,
  fieldsOf,
  messageDataSchema,
  normaliseField,
  paymentDataSchema,
  taskDataSchema,
} from '#lib/kinds/index';

const comparators: Comparator[] = ['exact', 'line', 'text', 'set'];
const value = fc.oneof(
  fc.jsonValue().map((json) => json as Json),
  fc.array(fc.constantFrom('a', 'b', 'c')),
  fc.string({ unit: fc.constantFrom(' ', '\r', '\n', 'x') }),
);

describe('comparators', () => {
  it('compare in a form that compares equal to itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...comparators), value, (comparator, any) => {
        const form = normaliseField(comparator, any);
        expect(normaliseField(comparator, form)).toEqual(form);
        expect(fieldsEqual(comparator, any, form)).toBe(true);
      }),
    );
  });

  it.each<[Comparator, Json, Json, boolean]>([
    ['line', ' a ', 'a', true],
    ['line', 'a', 'A', false],
    ['text', null, '', true],
    ['text', 'a\r\nb\n\n', 'a\nb', true],
    ['text', ' a', 'a', false],
    ['set', ['b', 'a', 'a'], ['a', 'b'], true],
    ['set', null, [], true],
    ['set', ['a'], ['a', 'b'], false],
    ['exact', { x: 1, y: 2 }, { y: 2, x: 1 }, true],
    ['exact', 0, null, false],
  ])('%s: %j and %j: %s', (comparator, a, b, equal) => {
    expect(fieldsEqual(comparator, a, b)).toBe(equal);
    expect(fieldsEqual(comparator, b, a)).toBe(equal);
  });
});

describe('the fields of a kind', () => {
  it.each([
    ['task', taskDataSchema],
    ['message', messageDataSchema],
    ['contact', contactDataSchema],
    ['payment', paymentDataSchema],
  ] as const)('%s: each has a default and a rule, and the defaults are valid', (kind, schema) => {
    const defaults = defaultsOf(kind);
    expect(Object.keys(defaults).sort()).toEqual(Object.keys(fieldsOf(kind)).sort());
    expect(Object.keys(schema.shape).sort()).toEqual(Object.keys(defaults).sort());
    expect(schema.safeParse(defaults).error?.issues ?? []).toEqual([]);
  });

  it('hands out its defaults as a copy, and treats names of Object as unknown fields', () => {
    expect(defaultsOf('task')).not.toBe(defaultsOf('task'));
    expect(fieldRule('task', 'constructor')).toMatchObject({ merge: 'remote', editable: false });
  });
});
