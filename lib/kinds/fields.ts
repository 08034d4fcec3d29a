import type { Json, JsonObject } from '#lib/core/index';
import type { Comparator } from './compare.ts';

export const kinds = ['task', 'message', 'contact', 'event', 'payment', 'document'] as const;
export type Kind = (typeof kinds)[number];

/**
 * How two concurrent changes of one field come together: `manual` asks a person, `set` unites
 * additions and removals, `remote` takes the service's word (facts only the service knows).
 */
export type MergeRule = 'manual' | 'set' | 'remote';

/**
 * What a workspace may decide for one field instead of the field's own rule. `latest_wins` compares
 * the time of our edit with the time of the service's record, so it is only as fine as that time.
 * `text` merges by line and asks where both changed the same lines; `counter` adds up both changes.
 */
export const mergePolicies = [
  'manual',
  'set',
  'text',
  'counter',
  'remote',
  'local_wins',
  'remote_wins',
  'latest_wins',
] as const;
export type MergePolicy = (typeof mergePolicies)[number];

export interface FieldRule {
  comparator: Comparator;
  merge: MergeRule;
  /** Whether a person may edit it in the hub. What a connector can write is the connector's to say. */
  editable: boolean;
  /** It names another record, which every service calls by a name of its own. */
  isReference?: true;
}

/** One line of text a person may edit. */
const line: FieldRule = { comparator: 'line', merge: 'manual', editable: true };
const text: FieldRule = { comparator: 'text', merge: 'manual', editable: true };
const choice: FieldRule = { comparator: 'exact', merge: 'manual', editable: true };
const reference: FieldRule = { ...choice, isReference: true };
const set: FieldRule = { comparator: 'set', merge: 'set', editable: true };
/** What only the service says. */
const fact: FieldRule = { comparator: 'exact', merge: 'remote', editable: false };
const factMoment: FieldRule = { comparator: 'moment', merge: 'remote', editable: false };
const factSet: FieldRule = { comparator: 'set', merge: 'remote', editable: false };

/** The rule of each field, and what it holds as long as nobody has said anything about it. */
type Fields = Record<string, readonly [FieldRule, Json]>;

const task: Fields = {
  title: [line, ''],
  body: [text, null],
  state: [choice, 'open'],
  labels: [set, []],
  assignees: [set, []],
  priority: [choice, null],
  due_on: [choice, null],
  parent: [reference, null],
  raw_state: [fact, null],
  number: [fact, null],
  url: [fact, null],
  author: [fact, null],
  comments: [fact, 0],
  created_at: [factMoment, null],
  closed_at: [factMoment, null],
};

const message: Fields = {
  body: [text, null],
  author: [fact, null],
  channel: [fact, null],
  thread: [fact, null],
  sent_at: [factMoment, null],
  edited_at: [factMoment, null],
  reactions: [factSet, []],
  url: [fact, null],
};

const contact: Fields = {
  name: [line, ''],
  emails: [set, []],
  phones: [set, []],
  company: [line, null],
  owner: [fact, null],
  description: [text, null],
  external_ref: [fact, null],
  url: [fact, null],
  created_at: [factMoment, null],
};

const payment: Fields = {
  amount: [fact, 0],
  refunded: [fact, 0],
  currency: [fact, null],
  state: [fact, 'pending'],
  raw_state: [fact, null],
  customer: [fact, null],
  description: [text, null],
  paid_at: [factMoment, null],
  url: [fact, null],
  created_at: [factMoment, null],
};

/** Kinds without a connector yet have no fields. */
const fieldsByKind: Record<Kind, Fields> = {
  task,
  message,
  contact,
  payment,
  event: {},
  document: {},
};
const pick = <T>(part: (entry: readonly [FieldRule, Json]) => T) =>
  Object.fromEntries(
    kinds.map((kind) => [
      kind,
      Object.fromEntries(
        Object.entries(fieldsByKind[kind]).map(([name, entry]) => [name, part(entry)]),
      ),
    ]),
  ) as Record<Kind, Record<string, T>>;
const rulesByKind = pick(([rule]) => rule);
const defaultsByKind = pick(([, value]) => value);
const referencesByKind = Object.fromEntries(
  kinds.map((kind) => [
    kind,
    Object.entries(rulesByKind[kind]).flatMap(([field, rule]) => (rule.isReference ? field : [])),
  ]),
) as Record<Kind, string[]>;

/** A field no kind names (a connector newer than this code): carried along, never compared loosely. */
const unknownField: FieldRule = { comparator: 'exact', merge: 'remote', editable: false };

export const fieldsOf = (kind: Kind): Record<string, FieldRule> => rulesByKind[kind];

export function fieldRule(kind: Kind, field: string): FieldRule {
  const rules = fieldsOf(kind);
  return Object.hasOwn(rules, field) ? (rules[field] ?? unknownField) : unknownField;
}

export const isReference = (kind: Kind, field: string): boolean =>
  fieldRule(kind, field).isReference === true;

/** Fields that name another record. */
export const referencesOf = (kind: Kind): readonly string[] => referencesByKind[kind];

/** A complete record of a kind about which nothing is known yet. */
export const defaultsOf = (kind: Kind): JsonObject => structuredClone(defaultsByKind[kind]);
