import type {
  ParsedWebhook,
  RemoteObject,
  RemoteRef,
  WebhookParser,
} from '#lib/connectors/protocol/index';
import type { Json, JsonObject } from '#lib/core/index';
import { asObject, toDay, toObject, toTime, unique } from './map.ts';
import { type EventIssue, eventIssueSchema, issueStubSchema } from './schema.ts';

const summaryChars = 200;

/** https://linear.app/developers/webhooks#webhook-payload */
export const linearWebhook: WebhookParser = {
  parse(event, payload) {
    return event === 'Issue'
      ? parseIssue(payload)
      : unknown(payload, `Linear’s event “${cut(event)}” is not taken in`);
  },
};

function parseIssue(payload: JsonObject): ParsedWebhook {
  const action = text(payload['action']);
  if (action === null) return unknown(payload, 'An issue event without an action');
  const data = asObject(payload['data']);
  const stub = issueStubSchema.safeParse(data);
  if (!stub.success) return unknown(payload, 'The event carries no issue that can be read');
  const { id, teamId, identifier = null } = stub.data;
  const ref: RemoteRef = { externalId: id, externalKey: identifier, scope: { team_id: teamId } };
  const known: ParsedWebhook = {
    kind: 'apply',
    action,
    resource: 'issues',
    scopeKey: teamId,
    objects: [],
    refetch: [],
    summary: cut(`Issue ${identifier ?? id}: ${action}`),
  };
  const before = asObject(payload['updatedFrom']) ?? {};
  const read = eventIssueSchema.safeParse(data);
  const object = read.success ? fromEvent(read.data, data ?? {}, before) : null;
  if (!read.success || !object) {
    return { ...known, refetch: [ref], summary: cut(`${known.summary}; read again`) };
  }
  const isGone = action === 'remove' || object.deleted;
  return {
    ...known,
    objects: [{ ...object, deleted: isGone }],
    refetch: !isGone && needsReading(read.data, action, before) ? [ref] : [],
  };
}

/**
 * An event names a person by the name that is shown and a parent by its id; the record needs the
 * handle and the identifier. They are read again only when they changed.
 */
function needsReading(issue: EventIssue, action: string, before: JsonObject): boolean {
  const isNew = action === 'create';
  const assigned = Boolean(issue.assigneeId) && (isNew || 'assigneeId' in before);
  const placed = Boolean(issue.parentId) && (isNew || 'parentId' in before);
  return assigned || placed || !issue.labels;
}

/** What an issue has nothing of is left out of an event: it is known to be empty when it changed. */
function fromEvent(issue: EventIssue, raw: JsonObject, before: JsonObject): RemoteObject | null {
  const orEmptied = <T extends Json>(
    value: T | null | undefined,
    ...names: string[]
  ): T | null | undefined => {
    if (value !== undefined) return value;
    return names.some((name) => name in before) ? null : undefined;
  };
  const body = orEmptied(issue.description, 'description');
  const due = orEmptied(issue.dueDate, 'dueDate');
  const closed = issue.completedAt ?? issue.canceledAt ?? undefined;
  const object = toObject(issue, raw, issue.teamId, {
    labels: issue.labels ? unique(issue.labels.map((label) => label.name)) : undefined,
    assignees: issue.assigneeId ? undefined : [],
    parent: issue.parentId ? undefined : null,
    body: body === '' ? null : body,
    due_on: due === undefined ? undefined : toDay(due),
    closed_at: toTime(orEmptied(closed, 'completedAt', 'canceledAt')),
  });
  return typeof object === 'string' ? null : object;
}

const unknown = (payload: JsonObject, reason: string): ParsedWebhook => ({
  kind: 'unknown',
  action: text(payload['action']),
  resource: null,
  scopeKey: text(asObject(payload['data'])?.['teamId']),
  objects: [],
  refetch: [],
  summary: cut(reason),
});

/** Longer names than these are none of Linear's. */
const nameChars = 300;

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= nameChars ? value : null;

function cut(sentence: string): string {
  const line = sentence.replace(/[\p{Cc}\p{Cs}]+/gu, ' ');
  return line.length <= summaryChars ? line : `${line.slice(0, summaryChars - 1).toWellFormed()}…`;
}
