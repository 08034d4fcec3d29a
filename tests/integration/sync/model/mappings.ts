import type { Json, JsonObject } from '#lib/core/index';
import type { FieldRule } from '#lib/sync/schema';

/**
 * A mapping twice over: as rules, and as what they are to mean. It shares no code with lib/sync, so
 * that the judge knows what a service must show without asking the engine.
 */
export interface Mapping {
  rules: FieldRule[];
  /** A record's fields as the service is to have them, given what it has. */
  say(data: JsonObject, there: JsonObject): JsonObject;
  /** A service's fields as the record reads them. */
  read(there: JsonObject): JsonObject;
  /** Where each compared field of the record stands there. */
  places: Readonly<Record<string, string>>;
  /** Fields that only go there. One nobody gave here leaves what is there as it is. */
  outward: readonly string[];
  /** Fields about which nobody is asked: a rule says who wins. */
  decided: readonly string[];
  /** Fields there that are never written. */
  closed: readonly string[];
}

const rule = (field: string, more: Partial<FieldRule>): FieldRule => ({
  field,
  side_field: field,
  direction: 'both',
  policy: null,
  transform: null,
  ...more,
});

const itself = { title: 'title', body: 'body', state: 'state', labels: 'labels' };
const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '');
const listOf = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);

const plain: Mapping = {
  rules: [],
  say: (data) => data,
  read: (there) => there,
  places: itself,
  outward: [],
  decided: [],
  closed: [],
};

const change = (
  fields: JsonObject,
  by: Readonly<Record<string, (value: Json) => Json>>,
): JsonObject =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, by[name]?.(value) ?? value]),
  );
const without = (name: string, fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));
const swap = (list: string[], from: string, to: string) => [
  ...new Set(list.map((item) => (item === from ? to : item))),
];

/** Other words there, and one for two of ours. */
const worded: Mapping = {
  ...plain,
  rules: [
    rule('title', { transform: { type: 'prefix', text: 'T: ' } }),
    rule('labels', {
      transform: { type: 'values', pairs: [{ here: 'bug', there: 'Defect' }], otherwise: 'keep' },
    }),
    rule('state', {
      transform: {
        type: 'values',
        pairs: [
          { here: 'done', there: 'done' },
          { here: 'cancelled', there: 'done' },
        ],
        otherwise: 'keep',
      },
    }),
  ],
  say: (data) =>
    change(data, {
      title: (value) => `T: ${textOf(value)}`,
      labels: (value) => swap(listOf(value), 'bug', 'Defect'),
      state: (value) => (value === 'cancelled' ? 'done' : value),
    }),
  read: (there) =>
    change(there, {
      title: (value) => textOf(value).replace(/^T: /, ''),
      labels: (value) => swap(listOf(value), 'Defect', 'bug'),
    }),
};

/** The text goes there and its change there does not count; the state only comes; the later title wins. */
const oneWay: Mapping = {
  ...plain,
  rules: [
    rule('body', { direction: 'out' }),
    rule('state', { direction: 'in' }),
    rule('title', { policy: 'latest_wins' }),
  ],
  read: (there) => without('body', there),
  places: { title: 'title', body: 'body', labels: 'labels' },
  outward: ['body'],
  closed: ['state'],
};

/** Title and text have changed places. */
const crossed: Mapping = {
  ...plain,
  rules: [rule('title', { side_field: 'body' }), rule('body', { side_field: 'title' })],
  say: ({ title, body, ...rest }) => ({
    ...rest,
    ...(title === undefined ? {} : { body: title }),
    ...(body === undefined ? {} : { title: body }),
  }),
  read: ({ title, body, ...rest }) => ({
    ...rest,
    ...(title === undefined ? {} : { body: title }),
    ...(body === undefined ? {} : { title: body }),
  }),
  places: { title: 'body', body: 'title', state: 'state', labels: 'labels' },
};

const travelling = ['bug', 'ui'];
/** Only some labels travel; what is changed here wins; the text stays where it is. */
const narrow: Mapping = {
  ...plain,
  rules: [
    rule('labels', {
      transform: {
        type: 'values',
        pairs: travelling.map((item) => ({ here: item, there: item })),
        otherwise: 'skip',
      },
    }),
    rule('title', { policy: 'local_wins' }),
    rule('body', { direction: 'none' }),
  ],
  say: (data, there) =>
    change(without('body', data), {
      labels: (value) => [
        ...listOf(value).filter((item) => travelling.includes(item)),
        ...listOf(there['labels']).filter((item) => !travelling.includes(item)),
      ],
    }),
  read: (there) =>
    change(without('body', there), {
      labels: (value) => listOf(value).filter((item) => travelling.includes(item)),
    }),
  places: { title: 'title', state: 'state', labels: 'labels' },
  decided: ['title'],
  closed: ['body'],
};

export const mappings = { plain, worded, oneWay, crossed, narrow } as const;
export type MappingName = keyof typeof mappings;
export const mappingNames = Object.keys(mappings) as MappingName[];
