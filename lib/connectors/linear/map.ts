import {
  type ProviderFault,
  type RemoteObject,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { type Json, type JsonObject, limits } from '#lib/core/index';
import type { TaskState } from '#lib/kinds/index';
import { type Issue, type IssueFacts, issueSchema } from './schema.ts';

export type MappedIssue =
  | { is: 'object'; object: RemoteObject }
  | { is: 'fault'; fault: ProviderFault };

/** The raw form of what cannot be read is kept up to here. */
const faultRawChars = 1_000_000;

/** An issue as the API shows it, in the hub's words. Never throws, whatever it is handed. */
export function fromIssue(value: unknown): MappedIssue {
  const raw = asObject(value);
  const read = issueSchema.safeParse(raw);
  if (!read.success) {
    const first = read.error.issues[0];
    const where = first?.path.join('.') || 'the object';
    return { is: 'fault', fault: toFault(raw, `${where}: ${first?.message ?? 'cannot be read'}`) };
  }
  const issue = read.data;
  const object = toObject(issue, raw ?? {}, issue.team.id, {
    labels: hasAllLabels(issue) ? unique(issue.labels.nodes.map((label) => label.name)) : undefined,
    assignees: issue.assignee ? [issue.assignee.displayName] : [],
    parent: issue.parent?.identifier ?? null,
    body: issue.description || null,
    due_on: toDay(issue.dueDate ?? null),
    closed_at: toTime(issue.completedAt ?? issue.canceledAt ?? null),
    author: issue.creator && {
      id: issue.creator.id,
      login: issue.creator.displayName,
      avatar_url: toWebUrl(issue.creator.avatarUrl),
    },
  });
  return typeof object === 'string'
    ? { is: 'fault', fault: toFault(raw, object) }
    : { is: 'object', object };
}

export const hasAllLabels = (issue: Pick<Issue, 'labels'>): boolean =>
  !issue.labels.pageInfo.hasNextPage;

type Fields = Record<string, Json | undefined>;

/** The object, or what is wrong with it. Fields that are undefined were not observed. */
export function toObject(
  issue: IssueFacts,
  raw: JsonObject,
  teamId: string,
  seen: Fields,
): RemoteObject | string {
  const updatedAt = toUtc(issue.updatedAt);
  if (updatedAt === null) return 'updatedAt: is no time';
  const fields: Fields = {
    title: issue.title,
    state: toState(issue.state.type) ?? undefined,
    raw_state: issue.state.name.slice(0, 80).toWellFormed(),
    priority: toPriority(issue.priority),
    number: issue.number,
    url: toWebUrl(issue.url),
    created_at: toTime(issue.createdAt),
    ...seen,
  };
  const tooLong = overlong(fields);
  if (tooLong) return tooLong;
  return toStorableJson({
    externalId: issue.id,
    externalKey: issue.identifier,
    url: toWebUrl(issue.url),
    rank: Date.parse(updatedAt),
    // updatedAt ticks in milliseconds, and two changes fit into one.
    rankIsExact: false,
    updatedAt,
    fields: Object.fromEntries(
      Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
    ),
    unreadable: unreadableOf(issue),
    scopeKey: teamId,
    deleted: issue.trashed === true,
    raw,
  });
}

const states: Record<string, TaskState> = {
  triage: 'open',
  backlog: 'open',
  unstarted: 'open',
  started: 'in_progress',
  completed: 'done',
  canceled: 'cancelled',
  duplicate: 'cancelled',
};

/** What Linear says by a word, or a number, this code has never heard of. */
function unreadableOf({ state, priority }: IssueFacts): Record<string, string> {
  const unreadable: Record<string, string> = {};
  if (toState(state.type) === null) {
    unreadable['state'] =
      `What Linear means by a state of the type “${short(state.type)}” is not known.`;
  }
  if (typeof priority === 'number' && toPriority(priority) === undefined) {
    unreadable['priority'] = `What Linear means by the priority ${priority} is not known.`;
  }
  return unreadable;
}

const short = (word: string): string => word.slice(0, 40).toWellFormed();

/** Null for a type this code has never heard of: its name is kept, its meaning not guessed. */
export const toState = (type: string): TaskState | null =>
  (Object.hasOwn(states, type) && states[type]) || null;

/** By Linear's number; 0 is none. */
export const priorities = [null, 'urgent', 'high', 'medium', 'low'] as const;

const toPriority = (priority: number | null | undefined): Json | undefined =>
  priority === null || priority === undefined ? undefined : priorities[priority];

/** Beyond the limits of a record nothing is cut off: half a text would be sent back one day. */
function overlong(fields: Fields): string | null {
  const { title, body, labels } = fields;
  if (typeof title === 'string' && title.length > limits.titleChars) {
    return `title: longer than ${limits.titleChars}`;
  }
  if (typeof body === 'string' && body.length > limits.bodyChars) {
    return `description: longer than ${limits.bodyChars}`;
  }
  if (Array.isArray(labels) && labels.length > limits.setItems) {
    return `labels: more than ${limits.setItems}`;
  }
  return null;
}

function toFault(raw: JsonObject | null, message: string): ProviderFault {
  const id = raw?.['id'];
  return toStorableJson({
    externalId: typeof id === 'string' ? id.slice(0, 200) : null,
    message: `An issue of Linear cannot be read (${message}).`,
    raw: raw && JSON.stringify(raw).length <= faultRawChars ? raw : null,
  });
}

export const unique = (names: string[]): string[] => [...new Set(names.filter(Boolean))];

/** Null for what is no time. */
export function toUtc(time: string): string | null {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Null is a time that is not there; what is no time at all was not observed. */
export const toTime = (time: string | null | undefined): string | null | undefined =>
  typeof time === 'string' ? (toUtc(time) ?? undefined) : time;

export const toDay = (day: string | null): string | null | undefined => {
  if (day === null) return null;
  return /^\d{4}-\d\d-\d\d$/.test(day) && toUtc(day) ? day : undefined;
};

/** Only a web address may become a link on a page. */
export const toWebUrl = (url: string | null | undefined): string | null =>
  url && url.length <= 2000 && /^https?:\/\//.test(url) ? url : null;

export const asObject = (value: unknown): JsonObject | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
