import {
  type ProviderFault,
  type RemoteObject,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { type Json, type JsonObject, limits } from '#lib/core/index';
import type { TaskState } from '#lib/kinds/index';
import { type Issue, issueSchema } from './schema.ts';

export type MappedIssue =
  | { is: 'object'; object: RemoteObject }
  | { is: 'pull_request' }
  | { is: 'fault'; fault: ProviderFault };

/** The raw form of what cannot be read is kept up to here. */
const faultRawChars = 1_000_000;

/** An issue as GitHub shows it, in the hub's words. Never throws, whatever it is handed. */
export function fromIssue(value: unknown): MappedIssue {
  const raw = asObject(value);
  const read = issueSchema.safeParse(raw);
  if (!read.success) {
    const first = read.error.issues[0];
    const where = first?.path.join('.') || 'the object';
    return fault(raw, `${where}: ${first?.message ?? 'cannot be read'}`);
  }
  const issue = read.data;
  if (issue.pull_request !== undefined && issue.pull_request !== null)
    return { is: 'pull_request' };
  const updatedAt = toUtc(issue.updated_at);
  if (updatedAt === null) return fault(raw, 'updated_at: is no time');
  const tooLong = overlong(issue);
  if (tooLong) return fault(raw, tooLong);
  const url = toWebUrl(issue.html_url);
  return {
    is: 'object',
    object: toStorableJson({
      externalId: String(issue.id),
      externalKey: String(issue.number),
      url,
      rank: Date.parse(updatedAt),
      // updated_at ticks in seconds: two states of one second share a rank.
      rankIsExact: false,
      updatedAt,
      fields: toFields(issue, url),
      unreadable: toState(issue) === null ? { state: strangeState(issue.state) } : {},
      deleted: false,
      raw: raw ?? {},
    }),
  };
}

/**
 * A field that GitHub left out, or filled with null where a list belongs, was not observed: taking
 * it for empty would empty it here.
 */
function toFields(issue: Issue, url: string | null): JsonObject {
  const state = toState(issue);
  const fields: Record<string, Json | undefined> = {
    title: issue.title,
    body: issue.body === '' ? null : issue.body,
    state: state ?? undefined,
    raw_state: (issue.state_reason ? `${issue.state}:${issue.state_reason}` : issue.state).slice(
      0,
      80,
    ),
    labels: issue.labels
      ? unique(issue.labels.map((label) => (typeof label === 'string' ? label : label.name)))
      : undefined,
    assignees: issue.assignees ? unique(issue.assignees.map((user) => user?.login)) : undefined,
    number: issue.number,
    url,
    author:
      issue.user === undefined
        ? undefined
        : issue.user && {
            id: String(issue.user.id),
            login: issue.user.login,
            avatar_url: toWebUrl(issue.user.avatar_url),
          },
    comments: issue.comments ?? undefined,
    created_at: toTime(issue.created_at),
    closed_at: toTime(issue.closed_at),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

/** Null for a state this code has never heard of: it is kept in raw_state, not guessed. */
function toState(issue: Issue): TaskState | null {
  if (issue.state === 'open') return 'open';
  if (issue.state !== 'closed') return null;
  const reason = issue.state_reason;
  return reason === 'not_planned' || reason === 'duplicate' ? 'cancelled' : 'done';
}

const strangeState = (state: string): string =>
  `What GitHub means by the state “${state.slice(0, 40).toWellFormed()}” is not known.`;

/** Beyond the limits of a record nothing is cut off: half a text would be sent back one day. */
function overlong(issue: Issue): string | null {
  if (issue.title.length > limits.titleChars) return `title: longer than ${limits.titleChars}`;
  if ((issue.body?.length ?? 0) > limits.bodyChars) return `body: longer than ${limits.bodyChars}`;
  for (const field of ['labels', 'assignees'] as const) {
    if ((issue[field]?.length ?? 0) > limits.setItems)
      return `${field}: more than ${limits.setItems}`;
  }
  return null;
}

function fault(raw: JsonObject | null, message: string): MappedIssue {
  const id = raw?.['id'];
  return {
    is: 'fault',
    fault: toStorableJson({
      externalId:
        typeof id === 'number' || typeof id === 'string' ? String(id).slice(0, 200) : null,
      message: `An issue of GitHub cannot be read (${message}).`,
      raw: raw && JSON.stringify(raw).length <= faultRawChars ? raw : null,
    }),
  };
}

const unique = (names: (string | null | undefined)[]): string[] => [
  ...new Set(names.filter((name) => typeof name === 'string' && name !== '').map(String)),
];

/** Keeps the precision GitHub gave; null for what is no time. */
export function toUtc(time: string): string | null {
  if (Number.isNaN(Date.parse(time))) return null;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(time)
    ? time
    : new Date(time).toISOString();
}

/** Null is a time that is not there; what is no time at all was not observed. */
const toTime = (time: string | null | undefined): string | null | undefined =>
  typeof time === 'string' ? (toUtc(time) ?? undefined) : time;

/** Only a web address may become a link on a page. */
const toWebUrl = (url: string | null | undefined): string | null =>
  url && url.length <= 2000 && /^https?:\/\//.test(url) ? url : null;

const asObject = (value: unknown): JsonObject | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
