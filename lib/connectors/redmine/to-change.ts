import type { ConnectorContext, FieldFault, RemoteRef } from '#lib/connectors/protocol/index';
import type { Json, JsonObject } from '#lib/core/index';
import { taskStates } from '#lib/kinds/index';
import { refuse } from './errors.ts';
import { listMembers, listPriorities } from './lookup-names.ts';
import { projectIdOf } from './project-scope.ts';
import { readWhole } from './read-issue.ts';
import { chooseStatus, listStatuses } from './workflow.ts';

/** What to send, why it cannot be, or null when it is so already. */
type Value = { send: JsonObject } | { fault: string } | null;

/**
 * The body of PUT /issues/{id}.json: only the given fields. An empty text empties a field there. What
 * Redmine cannot express is refused before anything is sent, every field at once.
 */
export async function toChange(
  ctx: ConnectorContext,
  ref: RemoteRef,
  fields: JsonObject,
): Promise<JsonObject> {
  const issue: JsonObject = {};
  const faults: FieldFault[] = [];
  for (const [field, value] of Object.entries(fields)) {
    const made = await toValue(ctx, ref, field, value);
    if (made !== null && 'fault' in made) faults.push({ field, message: made.fault });
    else Object.assign(issue, made?.send);
  }
  if (faults.length > 0) throw refuse(faults);
  return issue;
}

/** What Redmine takes with a new issue; it begins in the status its tracker begins with. */
export const creatable: readonly string[] = [
  'title',
  'body',
  'assignees',
  'priority',
  'due_on',
  'parent',
];

/** The body of POST /issues.json. What is empty is left out: Redmine fills in what it must have. */
export async function toNewIssue(
  ctx: ConnectorContext,
  scope: JsonObject,
  fields: JsonObject,
): Promise<JsonObject> {
  const strange = Object.keys(fields).filter((field) => !creatable.includes(field));
  if (strange.length > 0) {
    const message = 'cannot be given to a new issue at Redmine';
    throw refuse(strange.map((field) => ({ field, message })));
  }
  const given = Object.entries(fields).filter(([field, value]) => field === 'title' || !!value);
  // Only a state is read from the issue itself, and a new one is given none.
  const unmade = { externalId: '', externalKey: null, scope };
  const change = await toChange(ctx, unmade, { title: null, ...Object.fromEntries(given) });
  return { project_id: projectIdOf(scope), ...change };
}

async function toValue(
  ctx: ConnectorContext,
  ref: RemoteRef,
  field: string,
  value: Json,
): Promise<Value> {
  switch (field) {
    case 'title':
      return typeof value === 'string' && value.trim() !== ''
        ? { send: { subject: value } }
        : { fault: 'must not be empty at Redmine' };
    case 'body':
      return { send: { description: value ?? '' } };
    case 'due_on':
      return { send: { due_date: value ?? '' } };
    case 'parent':
      return toParent(value);
    case 'state':
      return toStatus(ctx, ref, value);
    case 'priority':
      return toPriority(ctx, value);
    case 'assignees':
      return toAssignee(ctx, ref, value);
    default:
      return { fault: 'cannot be written to Redmine' };
  }
}

function toParent(value: Json): Value {
  if (value === null || value === '') return { send: { parent_issue_id: '' } };
  const number = typeof value === 'string' ? /^#?(\d{1,15})$/.exec(value)?.[1] : undefined;
  return number === undefined
    ? { fault: 'must be the number of an issue at Redmine' }
    : { send: { parent_issue_id: Number(number) } };
}

/** A status of the wanted kind that the issue is in already stays: “Feedback” is in progress too. */
async function toStatus(ctx: ConnectorContext, ref: RemoteRef, value: Json): Promise<Value> {
  const wanted = taskStates.find((state) => state === value);
  if (!wanted) return { fault: 'must be open, in progress, done or cancelled' };
  const { object, workflow, allowed } = await readWhole(ctx, ref);
  if (object.fields['state'] === wanted) return null;
  const statuses = await listStatuses(ctx);
  const chosen = chooseStatus({ ...workflow, statuses }, allowed, wanted);
  return chosen
    ? { send: { status_id: chosen.id } }
    : { fault: `cannot be “${wanted.replace('_', ' ')}”: the workflow offers no such status` };
}

async function toPriority(ctx: ConnectorContext, value: Json): Promise<Value> {
  if (typeof value !== 'string' || value === '') {
    return { fault: 'cannot be empty at Redmine' };
  }
  const all = await listPriorities(ctx);
  const found = all.find(({ name }) => fold(name) === fold(value));
  return found
    ? { send: { priority_id: found.id } }
    : { fault: `must be ${all.map(({ name }) => name).join(', ')} at Redmine` };
}

async function toAssignee(ctx: ConnectorContext, ref: RemoteRef, value: Json): Promise<Value> {
  const names = Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  const [name] = names;
  if (name === undefined) return { send: { assigned_to_id: '' } };
  if (names.length > 1) return { fault: 'can be one person only at Redmine' };
  const members = await listMembers(ctx, projectIdOf(ref.scope));
  const [found, another] = members.filter((member) => fold(member.name) === fold(name));
  if (!found) return { fault: 'must be a member of the project at Redmine' };
  return another
    ? { fault: 'has the name of two members of the project at Redmine' }
    : { send: { assigned_to_id: found.id } };
}

const fold = (name: string): string => name.trim().toLowerCase();
