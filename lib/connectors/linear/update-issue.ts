import type {
  ConnectorContext,
  FieldFault,
  RemoteObject,
  RemoteRef,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { HubError, type Json, type JsonObject } from '#lib/core/index';
import { fieldsEqual, type TaskState, taskStates } from '#lib/kinds/index';
import { badAnswer } from './errors.ts';
import { wholeIssue } from './issue-fields.ts';
import { fromIssue, priorities } from './map.ts';
import { readIssue } from './read-issue.ts';
import {
  chooseState,
  listStates,
  type Resolved,
  resolveLabels,
  resolveParent,
  resolvePerson,
} from './resolve-names.ts';
import { sendMutation } from './send-query.ts';
import { assertIssues, teamIdOf } from './team-scope.ts';

const mutation = `mutation UpdateIssue($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) { success issue { ${wholeIssue} } }
}`;

/** Sends only the given fields, names turned into Linear's ids; what has none is refused first. */
export async function updateIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
  fields: JsonObject,
): Promise<WriteResult> {
  assertIssues(resource);
  const input = await toInput(ctx, ref, fields);
  if (Object.keys(input).length === 0) {
    const object = await readIssue(ctx, resource, ref);
    if (!object) throw new HubError('provider.not_found', 'The issue is gone at Linear.');
    return { object, ignored: [] };
  }
  const { data } = await sendMutation(ctx, mutation, { id: ref.externalId, input });
  const object = changedIssue(data['issueUpdate'], ref);
  return { object, ignored: ignoredFields(fields, object.fields) };
}

function changedIssue(payload: unknown, ref: RemoteRef): RemoteObject {
  const issue: unknown =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'issue') : null;
  const mapped = fromIssue(issue);
  if (mapped.is !== 'object') throw badAnswer('the changed issue is not in it');
  if (mapped.object.externalId !== ref.externalId) throw badAnswer('it speaks of another issue');
  return mapped.object;
}

/** https://linear.app/developers/graphql#creating-and-editing-issues */
async function toInput(
  ctx: ConnectorContext,
  ref: RemoteRef,
  fields: JsonObject,
): Promise<JsonObject> {
  const input: Record<string, Json> = {};
  const faults: FieldFault[] = [];
  const put = (name: string, resolved: Resolved<Json> | null): void => {
    if (resolved === null) return;
    if ('fault' in resolved) faults.push(resolved.fault);
    else input[name] = resolved.value;
  };
  for (const [field, value] of Object.entries(fields)) {
    switch (field) {
      case 'title':
        put('title', readTitle(value));
        break;
      case 'body':
        // An empty text clears it, whether or not null would be taken for “not given”.
        put('description', { value: value ?? '' });
        break;
      case 'due_on':
        put('dueDate', { value: value ?? null });
        break;
      case 'priority':
        put('priority', readPriority(value));
        break;
      case 'state':
        put('stateId', await readState(ctx, ref, value));
        break;
      case 'labels':
        put('labelIds', await resolveLabels(ctx, teamIdOf(ref.scope), textsOf(value)));
        break;
      case 'assignees':
        put('assigneeId', await readAssignee(ctx, textsOf(value)));
        break;
      case 'parent':
        put(
          'parentId',
          typeof value === 'string' ? await resolveParent(ctx, value) : { value: null },
        );
        break;
      default:
        faults.push({ field, message: 'cannot be written to Linear' });
    }
  }
  if (faults.length > 0) throw refuse(faults);
  return input;
}

const readTitle = (value: Json | undefined): Resolved<string> =>
  typeof value === 'string' && value.trim() !== ''
    ? { value }
    : { fault: { field: 'title', message: 'must not be empty at Linear' } };

function readPriority(value: Json | undefined): Resolved<number> {
  const number = priorities.findIndex((name) => name === (value ?? null));
  return number >= 0
    ? { value: number }
    : { fault: { field: 'priority', message: 'must be urgent, high, medium or low at Linear' } };
}

async function readAssignee(
  ctx: ConnectorContext,
  handles: string[],
): Promise<Resolved<string | null>> {
  const [handle] = handles;
  if (handle === undefined) return { value: null };
  if (handles.length > 1) {
    return { fault: { field: 'assignees', message: 'can be one person only at Linear' } };
  }
  return resolvePerson(ctx, handle);
}

/** A state of the wanted kind that the issue is in already stays: "In Review" is in progress too. */
async function readState(
  ctx: ConnectorContext,
  ref: RemoteRef,
  value: Json | undefined,
): Promise<Resolved<string> | null> {
  const wanted = taskStates.find((state) => state === value);
  if (!wanted) {
    return { fault: { field: 'state', message: 'must be open, in progress, done or cancelled' } };
  }
  const present = await readIssue(ctx, 'issues', ref);
  if (present?.fields['state'] === wanted) return null;
  const chosen = chooseState(await listStates(ctx, teamIdOf(ref.scope)), wanted);
  return chosen ? { value: chosen.id } : { fault: noSuchState(wanted) };
}

const noSuchState = (wanted: TaskState): FieldFault => ({
  field: 'state',
  message: `cannot be “${wanted.replace('_', ' ')}”: the team has no such state at Linear`,
});

const textsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

const refuse = (fields: FieldFault[]): HubError =>
  new HubError(
    'provider.refused',
    `${fields.map(({ field, message }) => `${field} ${message}`).join('; ')}.`,
    { details: { fields: fields.map((item) => ({ ...item })) } },
  );

/** What Linear said yes to and then did not change. */
function ignoredFields(sent: JsonObject, after: JsonObject): FieldFault[] {
  return ['state', 'labels', 'assignees', 'priority', 'due_on', 'parent'].flatMap((field) => {
    const [wanted, got] = [sent[field], after[field]];
    if (wanted === undefined || got === undefined) return [];
    const isSet = field === 'labels' || field === 'assignees';
    const isSame = isSet
      ? fieldsEqual('set', folded(wanted), folded(got))
      : fold(wanted) === fold(got);
    return isSame ? [] : [{ field, message: 'was not changed by Linear' }];
  });
}

const fold = (value: Json): Json => (typeof value === 'string' ? value.toLowerCase() : value);
const folded = (value: Json): Json[] => textsOf(value).map(fold);
