import type { JsonObject } from '#lib/core/index';
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
 */
export const mergePolicies = [
  'manual',
  'set',
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
}

const task: Record<string, FieldRule> = {
  title: { comparator: 'line', merge: 'manual', editable: true },
  body: { comparator: 'text', merge: 'manual', editable: true },
  state: { comparator: 'exact', merge: 'manual', editable: true },
  labels: { comparator: 'set', merge: 'set', editable: true },
  assignees: { comparator: 'set', merge: 'set', editable: true },
  raw_state: { comparator: 'exact', merge: 'remote', editable: false },
  priority: { comparator: 'exact', merge: 'remote', editable: false },
  due_on: { comparator: 'exact', merge: 'remote', editable: false },
  parent: { comparator: 'exact', merge: 'remote', editable: false },
  number: { comparator: 'exact', merge: 'remote', editable: false },
  url: { comparator: 'exact', merge: 'remote', editable: false },
  author: { comparator: 'exact', merge: 'remote', editable: false },
  comments: { comparator: 'exact', merge: 'remote', editable: false },
  created_at: { comparator: 'exact', merge: 'remote', editable: false },
  closed_at: { comparator: 'exact', merge: 'remote', editable: false },
};

/** What a field of a task holds as long as nobody has said anything about it. */
const taskDefaults: JsonObject = {
  title: '',
  body: null,
  state: 'open',
  raw_state: null,
  assignees: [],
  labels: [],
  priority: null,
  due_on: null,
  parent: null,
  number: null,
  url: null,
  author: null,
  comments: 0,
  created_at: null,
  closed_at: null,
};

/** A field no kind names (a connector newer than this code): carried along, never compared loosely. */
const unknownField: FieldRule = { comparator: 'exact', merge: 'remote', editable: false };

/** The fields of a kind. Kinds without a connector yet have none. */
export function fieldsOf(kind: Kind): Record<string, FieldRule> {
  return kind === 'task' ? task : {};
}

export function fieldRule(kind: Kind, field: string): FieldRule {
  const rules = fieldsOf(kind);
  return Object.hasOwn(rules, field) ? (rules[field] ?? unknownField) : unknownField;
}

/** A complete record of a kind about which nothing is known yet. */
export function defaultsOf(kind: Kind): JsonObject {
  return kind === 'task' ? structuredClone(taskDefaults) : {};
}
