import type { ParsedWebhook, RemoteRef, WebhookParser } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { fromIssue } from './map.ts';
import { issueStubSchema } from './schema.ts';

const summaryChars = 200;

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export const githubWebhook: WebhookParser = {
  parse(event, payload) {
    switch (event) {
      case 'issues':
        return parseIssues(payload);
      case 'issue_comment':
        return parseComment(payload);
      case 'label':
        return parseLabel(payload);
      case 'repository':
        return parseRepository(payload);
      case 'ping':
        return { ...envelope(payload, 'ping'), summary: 'GitHub tried the address' };
      default:
        return unknown(payload, `GitHub’s event “${cut(event)}” is not taken in`);
    }
  },
};

function parseIssues(payload: JsonObject): ParsedWebhook {
  const action = text(payload['action']);
  if (action === null) return unknown(payload, 'An issue event without an action');
  // At its new place it has another id, and whether we may read it there only reading tells.
  if (action === 'transferred') return parseTransferred(payload);
  const parsed = withIssue(payload, action, action === 'deleted');
  const formerId = action === 'opened' ? formerIdOf(payload) : null;
  if (formerId === null) return parsed;
  const scopeKey = parsed.scopeKey ?? '';
  return { ...parsed, objects: parsed.objects.map((one) => ({ ...one, scopeKey, formerId })) };
}

function parseTransferred(payload: JsonObject): ParsedWebhook {
  const parsed = withIssue(payload, 'transferred', false);
  const refetch = parsed.objects.flatMap(
    ({ externalId, externalKey }) => toRef(payload, externalId, externalKey ?? '') ?? [],
  );
  return { ...parsed, objects: [], refetch: refetch.length > 0 ? refetch : parsed.refetch };
}

/** Of an issue that was opened by a transfer: the id it had in the repository it came from. */
function formerIdOf(payload: JsonObject): string | null {
  const before = issueStubSchema.safeParse(asObject(payload['changes'])?.['old_issue']);
  return before.success ? String(before.data.id) : null;
}

/**
 * A comment event carries its issue as it was before the comment: GitHub's own example of a first
 * comment counts none, that of a deleted one counts it still. The number is therefore not taken from
 * it; the issue is read again.
 */
function parseComment(payload: JsonObject): ParsedWebhook {
  const action = text(payload['action']);
  if (action === null) return unknown(payload, 'A comment event without an action');
  const parsed = withIssue(payload, `comment ${action}`, false);
  const [object] = parsed.objects;
  if (!object || (action !== 'created' && action !== 'deleted')) return parsed;
  const { comments: _, ...fields } = object.fields;
  const ref = toRef(payload, object.externalId, object.externalKey ?? '');
  return { ...parsed, objects: [{ ...object, fields }], refetch: ref ? [ref] : [] };
}

function withIssue(payload: JsonObject, what: string, isGone: boolean): ParsedWebhook {
  const stub = issueStubSchema.safeParse(payload['issue']);
  if (!stub.success) return unknown(payload, 'The event carries no issue that can be read');
  const { id, number, title } = stub.data;
  const name = `#${number}${title ? ` ${title}` : ''}`;
  const known = { ...envelope(payload, 'apply'), resource: 'issues' };
  const mapped = fromIssue(payload['issue']);
  switch (mapped.is) {
    case 'pull_request':
      return { ...known, summary: cut(`Pull request ${name}: ${what}; not a task, left out`) };
    case 'object':
      return {
        ...known,
        objects: [{ ...mapped.object, deleted: isGone }],
        summary: cut(`Issue ${name}: ${what}`),
      };
    case 'fault': {
      // Some events carry half an issue (pinned has no state): the whole one is read.
      const ref = toRef(payload, String(id), String(number));
      return ref
        ? { ...known, refetch: [ref], summary: cut(`Issue ${name}: ${what}; read again`) }
        : unknown(payload, mapped.fault.message);
    }
  }
}

/**
 * Renaming or deleting a label changes what many issues show and says of none of them which; it does
 * not touch their updated_at either, so a poll would not see it. Reading all issues again for it
 * would spend the rate limit on a name.
 */
function parseLabel(payload: JsonObject): ParsedWebhook {
  const action = text(payload['action']);
  const label = asObject(payload['label']);
  const name = text(label?.['name']);
  if (action === null || name === null) return unknown(payload, 'A label event without a label');
  const before = text(asObject(asObject(payload['changes'])?.['name'])?.['from']);
  const touchesIssues = action === 'deleted' || before !== null;
  const what =
    before === null ? `Label “${name}”: ${action}` : `Label “${before}” is now “${name}”`;
  return {
    ...envelope(payload, 'apply'),
    resource: 'issues',
    stale: ['labels'],
    summary: touchesIssues ? `${cut(what)}; issues show it with the next full read` : cut(what),
  };
}

/** Renamed, archived, made private, deleted: what there is to choose from reads differently now. */
function parseRepository(payload: JsonObject): ParsedWebhook {
  const action = text(payload['action']);
  const name = text(asObject(payload['repository'])?.['full_name']);
  if (action === null || name === null) return unknown(payload, 'An event about no repository');
  const known = { ...envelope(payload, 'apply'), stale: ['scopes'] };
  return { ...known, summary: cut(`Repository ${name}: ${action}`) };
}

function envelope(payload: JsonObject, kind: ParsedWebhook['kind']): ParsedWebhook {
  return {
    kind,
    action: text(payload['action']),
    resource: null,
    scopeKey: text(asObject(payload['repository'])?.['full_name']),
    objects: [],
    refetch: [],
    summary: '',
  };
}

const unknown = (payload: JsonObject, reason: string): ParsedWebhook => ({
  ...envelope(payload, 'unknown'),
  summary: cut(reason),
});

function toRef(payload: JsonObject, externalId: string, externalKey: string): RemoteRef | null {
  const repository = asObject(payload['repository']);
  const owner = text(asObject(repository?.['owner'])?.['login']);
  const repo = text(repository?.['name']);
  return owner && repo ? { externalId, externalKey, scope: { owner, repo } } : null;
}

/** Longer names than these are none of GitHub's. */
const nameChars = 300;

const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= nameChars ? value : null;

const asObject = (value: unknown): JsonObject | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : null;

function cut(sentence: string): string {
  const line = sentence.replace(/[\p{Cc}\p{Cs}]+/gu, ' ');
  return line.length <= summaryChars ? line : `${line.slice(0, summaryChars - 1).toWellFormed()}…`;
}
