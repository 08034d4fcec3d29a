import type { ConnectorContext, FieldFault } from '#lib/connectors/protocol/index';
import { HubError, type Json, type JsonObject } from '#lib/core/index';
import { type TaskState, taskStates } from '#lib/kinds/index';
import { priorities } from './map.ts';
import {
  chooseState,
  listStates,
  type Resolved,
  resolveLabels,
  resolveParent,
  resolvePerson,
} from './resolve-names.ts';

/**
 * The input of a mutation: names turned into Linear's ids; every field that has none is refused at
 * once. `presentState`: what the issue is in now; null for one that is not made yet.
 * https://linear.app/developers/graphql#creating-and-editing-issues
 */
export async function toInput(
  ctx: ConnectorContext,
  team: string,
  fields: JsonObject,
  presentState: () => Promise<Json>,
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
        put('stateId', await readState(ctx, team, value, presentState));
        break;
      case 'labels':
        put('labelIds', await resolveLabels(ctx, team, textsOf(value)));
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
  team: string,
  value: Json | undefined,
  presentState: () => Promise<Json>,
): Promise<Resolved<string> | null> {
  const wanted = taskStates.find((state) => state === value);
  if (!wanted) {
    return { fault: { field: 'state', message: 'must be open, in progress, done or cancelled' } };
  }
  if ((await presentState()) === wanted) return null;
  const chosen = chooseState(await listStates(ctx, team), wanted);
  return chosen ? { value: chosen.id } : { fault: noSuchState(wanted) };
}

const noSuchState = (wanted: TaskState): FieldFault => ({
  field: 'state',
  message: `cannot be “${wanted.replace('_', ' ')}”: the team has no such state at Linear`,
});

export const textsOf = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

export const refuse = (fields: FieldFault[]): HubError =>
  new HubError(
    'provider.refused',
    `${fields.map(({ field, message }) => `${field} ${message}`).join('; ')}.`,
    { details: { fields: fields.map((item) => ({ ...item })) } },
  );
