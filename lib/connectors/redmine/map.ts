import {
  type ProviderFault,
  type RemoteObject,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { type Json, type JsonObject, limits } from '#lib/core/index';
import { issueSchema, type Named } from './schema.ts';
import { stateOf, type Workflow } from './workflow.ts';

export type MappedIssue =
  | { is: 'object'; object: RemoteObject }
  | { is: 'fault'; fault: ProviderFault };

/** What an issue does not say of itself. */
export interface Surroundings {
  workflow: Workflow;
  /** Where Redmine's pages are; null when that is not known. */
  webBase: string | null;
}

/** The raw form of what cannot be read is kept up to here. */
const faultRawChars = 1_000_000;
const rawStateChars = 80;

type Fields = Record<string, Json | undefined>;

/** An issue as the API shows it, in the hub's words. Never throws, whatever it is handed. */
export function fromIssue(value: unknown, { workflow, webBase }: Surroundings): MappedIssue {
  const raw = asObject(value);
  const read = issueSchema.safeParse(raw);
  if (!read.success || raw === null) {
    const first = read.error?.issues[0];
    const where = first?.path.join('.') || 'the object';
    return { is: 'fault', fault: toFault(raw, `${where}: ${first?.message ?? 'cannot be read'}`) };
  }
  const issue = read.data;
  const updatedAt = toUtc(issue.updated_on);
  const state = stateOf(workflow, issue.status);
  const url = webBase === null ? null : `${webBase}/issues/${issue.id}`;
  const fields: Fields = {
    title: issue.subject,
    body: issue.description || null,
    state: state ?? undefined,
    raw_state: issue.status.name.slice(0, rawStateChars).toWellFormed(),
    assignees: namesOf(issue.assigned_to),
    priority: issue.priority ? issue.priority.name.slice(0, rawStateChars).toWellFormed() : null,
    due_on: toDay(issue.due_date),
    parent: issue.parent ? String(issue.parent.id) : null,
    number: issue.id,
    url,
    author: toPerson(issue.author),
    created_at: toTime(issue.created_on),
    // Redmine keeps the day of the last closing when an issue is opened again.
    closed_at: state === 'done' || state === 'cancelled' ? toTime(issue.closed_on) : state && null,
  };
  const fault = updatedAt === null ? 'updated_on: is no time' : overlong(issue);
  if (fault !== null || updatedAt === null) {
    return { is: 'fault', fault: toFault(raw, fault ?? '') };
  }
  const object = toStorableJson({
    externalId: String(issue.id),
    externalKey: String(issue.id),
    url,
    rank: Date.parse(updatedAt),
    // updated_on ticks in seconds.
    rankIsExact: false,
    updatedAt,
    fields: Object.fromEntries(
      Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
    ),
    unreadable: state === null ? { state: strangeStatus(issue.status.name) } : {},
    scopeKey: String(issue.project.id),
    deleted: false,
    raw,
  });
  return { is: 'object', object };
}

const strangeStatus = (name: string): string =>
  `Whether Redmine’s status “${name.slice(0, rawStateChars).toWellFormed()}” is a closed one is not known.`;

const namesOf = (person: Named | null | undefined): string[] => (person?.name ? [person.name] : []);

const toPerson = (person: Named | null | undefined): Json =>
  person?.name
    ? { id: String(person.id), login: person.name.slice(0, 200).toWellFormed(), avatar_url: null }
    : null;

/** Beyond the limits of a record nothing is cut off: half a text would be sent back one day. */
function overlong(issue: { subject: string; description?: string | null | undefined }) {
  if (issue.subject.length > limits.titleChars) return `subject: longer than ${limits.titleChars}`;
  const isLong = (issue.description?.length ?? 0) > limits.bodyChars;
  return isLong ? `description: longer than ${limits.bodyChars}` : null;
}

function toFault(raw: JsonObject | null, message: string): ProviderFault {
  const id = raw?.['id'];
  return toStorableJson({
    externalId: typeof id === 'number' ? String(id) : null,
    message: `An issue of Redmine cannot be read (${message}).`,
    raw: raw && JSON.stringify(raw).length <= faultRawChars ? raw : null,
  });
}

/** Null for what is no time. */
export function toUtc(time: string): string | null {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Null is a time that is not there; what is no time at all was not observed. */
const toTime = (time: string | null | undefined): string | null | undefined =>
  typeof time === 'string' ? (toUtc(time) ?? undefined) : null;

const toDay = (day: string | null | undefined): string | null | undefined => {
  if (typeof day !== 'string') return null;
  return /^\d{4}-\d\d-\d\d$/.test(day) && toUtc(day) ? day : undefined;
};

const asObject = (value: unknown): JsonObject | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
