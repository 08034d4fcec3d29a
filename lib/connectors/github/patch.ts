import type { FieldFault } from '#lib/connectors/protocol/index';
import { HubError, type Json, type JsonObject } from '#lib/core/index';
import { fieldsEqual } from '#lib/kinds/index';

/**
 * The body of PATCH /repos/{owner}/{repo}/issues/{number}: only the given fields.
 * https://docs.github.com/en/rest/issues/issues#update-an-issue
 */
export function toPatch(fields: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const [field, value] of Object.entries(fields)) {
    switch (field) {
      case 'title':
      case 'body':
      case 'labels':
      case 'assignees':
        patch[field] = value;
        break;
      case 'state':
        Object.assign(patch, toStatePatch(value));
        break;
      default:
        throw refuse([{ field, message: 'cannot be written at GitHub' }]);
    }
  }
  return patch;
}

function toStatePatch(state: Json): JsonObject {
  if (state === 'open') return { state: 'open' };
  if (state === 'done') return { state: 'closed', state_reason: 'completed' };
  if (state === 'cancelled') return { state: 'closed', state_reason: 'not_planned' };
  throw refuse([
    {
      field: 'state',
      message:
        state === 'in_progress'
          ? 'cannot be “in progress” at GitHub: an issue there is open, done or cancelled'
          : 'must be open, done or cancelled at GitHub',
    },
  ]);
}

/**
 * The body of POST /repos/{owner}/{repo}/issues. Every issue begins open: a state is written afterwards.
 * https://docs.github.com/en/rest/issues/issues#create-an-issue
 */
export function toNewIssue(fields: JsonObject): JsonObject {
  const faults = Object.keys(fields)
    .filter((field) => !creatable.includes(field))
    .map((field) => ({ field, message: 'cannot be given to a new issue at GitHub' }));
  const { title } = fields;
  if (typeof title !== 'string' || title.trim() === '') {
    faults.push({ field: 'title', message: 'must not be empty at GitHub' });
  }
  if (faults.length > 0) throw refuse(faults);
  return toPatch(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)));
}

/** What GitHub takes with a new issue. */
export const creatable: readonly string[] = ['title', 'body', 'labels', 'assignees'];

const refuse = (fields: FieldFault[]): HubError =>
  new HubError(
    'provider.refused',
    `${fields.map(({ field, message }) => `${field} ${message}`).join('; ')}.`,
    { details: { fields: fields.map((item) => ({ ...item })) } },
  );

/**
 * GitHub answers 200 and drops what the account may not set (labels and assignees without push
 * access, people who cannot be assigned, the reason of an issue that is closed already). It writes
 * names of labels and people in their own case, which is no refusal.
 */
export function ignoredFields(sent: JsonObject, after: JsonObject): FieldFault[] {
  const ignored: FieldFault[] = [];
  for (const field of ['labels', 'assignees']) {
    if (
      sent[field] !== undefined &&
      !fieldsEqual('set', folded(sent[field]), folded(after[field]))
    ) {
      ignored.push({ field, message: 'were not all taken by GitHub (not allowed or not known)' });
    }
  }
  if (sent['state'] !== undefined && sent['state'] !== after['state']) {
    const isReason = sent['state'] !== 'open' && after['state'] !== 'open';
    ignored.push({
      field: 'state',
      message: isReason
        ? 'was not changed by GitHub: reopen the issue before closing it for another reason'
        : 'was not changed by GitHub',
    });
  }
  return ignored;
}

const folded = (set: Json | undefined): Json[] =>
  Array.isArray(set)
    ? set.map((item) => (typeof item === 'string' ? item.toLowerCase() : item))
    : [];
