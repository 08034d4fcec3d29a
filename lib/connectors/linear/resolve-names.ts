import type { ConnectorContext, FieldFault } from '#lib/connectors/protocol/index';
import { isHubError } from '#lib/core/index';
import type { TaskState } from '#lib/kinds/index';
import { badAnswer } from './errors.ts';
import { toState } from './map.ts';
import {
  connectionSchema,
  labelSchema,
  type PositionedState,
  positionedStateSchema,
  userSchema,
} from './schema.ts';
import { sendQuery } from './send-query.ts';

/** What a name stands for at Linear, or why it stands for nothing. */
export type Resolved<T> = { value: T } | { fault: FieldFault };

const perPage = 200;
const maxPages = 5;

const labelsQuery = `query Labels($filter: IssueLabelFilter!, $first: Int!, $after: String) {
  issueLabels(filter: $filter, first: $first, after: $after) {
    nodes { id name isGroup } pageInfo { hasNextPage endCursor }
  }
}`;

/** Labels an issue of this team can have: its own and those of the whole workspace; no groups. */
export async function listLabels(
  ctx: ConnectorContext,
  team: string,
): Promise<{ id: string; name: string }[]> {
  const labels: { id: string; name: string }[] = [];
  const filter = { or: [{ team: { id: { eq: team } } }, { team: { null: true } }] };
  let after: string | null = null;
  for (let page = 1; page <= maxPages; page += 1) {
    const { data } = await sendQuery(ctx, labelsQuery, { filter, first: perPage, after });
    const read = connectionSchema.safeParse(data['issueLabels']);
    if (!read.success) throw badAnswer('the list of labels is no list');
    for (const node of read.data.nodes) {
      const label = labelSchema.safeParse(node);
      if (label.success && label.data['isGroup'] !== true) labels.push(label.data);
    }
    after = read.data.pageInfo.hasNextPage ? (read.data.pageInfo.endCursor ?? null) : null;
    if (after === null) break;
  }
  return labels;
}

export async function resolveLabels(
  ctx: ConnectorContext,
  team: string,
  names: string[],
): Promise<Resolved<string[]>> {
  const known = names.length === 0 ? [] : await listLabels(ctx, team);
  const idOf = (name: string): string | undefined =>
    (
      known.find((label) => label.name === name) ??
      known.find((label) => label.name.toLowerCase() === name.toLowerCase())
    )?.id;
  const unknown = names.filter((name) => idOf(name) === undefined);
  if (unknown.length > 0) {
    const list = unknown.map((name) => `“${name}”`).join(', ');
    return { fault: { field: 'labels', message: `do not exist in this team at Linear: ${list}` } };
  }
  return { value: names.flatMap((name) => idOf(name) ?? []) };
}

const personQuery = `query Person($filter: UserFilter!) {
  users(filter: $filter, first: 2) { nodes { id displayName } pageInfo { hasNextPage endCursor } }
}`;

/** A person by the handle, which is unique in a workspace. */
export async function resolvePerson(
  ctx: ConnectorContext,
  handle: string,
): Promise<Resolved<string>> {
  const filter = { displayName: { eq: handle } };
  const { data } = await sendQuery(ctx, personQuery, { filter });
  const read = connectionSchema.safeParse(data['users']);
  if (!read.success) throw badAnswer('the list of people is no list');
  const person = read.data.nodes
    .map((node) => userSchema.safeParse(node).data)
    .find((one) => one?.displayName === handle);
  return person
    ? { value: person.id }
    : { fault: { field: 'assignees', message: `“${handle}” is nobody in this Linear workspace` } };
}

/** An issue by its identifier (ENG-12). */
export async function resolveParent(
  ctx: ConnectorContext,
  identifier: string,
): Promise<Resolved<string>> {
  const fault = { field: 'parent', message: `“${identifier}” is no issue at Linear` };
  if (!/^[A-Za-z][A-Za-z0-9]*-\d{1,9}$/.test(identifier)) return { fault };
  try {
    const query = 'query Parent($id: String!) { issue(id: $id) { id } }';
    const { data } = await sendQuery(ctx, query, { id: identifier });
    const read = userSchema.pick({ id: true }).safeParse(data['issue']);
    return read.success ? { value: read.data.id } : { fault };
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
    return { fault };
  }
}

const statesQuery = `query States($id: String!) {
  team(id: $id) {
    states(first: 100) { nodes { id name type position } pageInfo { hasNextPage endCursor } }
  }
}`;

export async function listStates(ctx: ConnectorContext, team: string): Promise<PositionedState[]> {
  const { data } = await sendQuery(ctx, statesQuery, { id: team });
  const owner: unknown = data['team'];
  const list: unknown =
    typeof owner === 'object' && owner !== null ? Reflect.get(owner, 'states') : null;
  const read = connectionSchema.safeParse(list);
  if (!read.success) throw badAnswer('the states of the team are no list');
  return read.data.nodes.flatMap((node) => positionedStateSchema.safeParse(node).data ?? []);
}

/** Which kinds of state stand for ours, the most fitting first. */
const kindsOf: Record<TaskState, readonly string[]> = {
  open: ['unstarted', 'backlog', 'triage'],
  in_progress: ['started'],
  done: ['completed'],
  cancelled: ['canceled'],
};

/** The first of the team's states of the wanted kind; null while it has none. */
export function chooseState(states: PositionedState[], wanted: TaskState): PositionedState | null {
  for (const kind of kindsOf[wanted]) {
    const [first] = states
      .filter((state) => state.type === kind && toState(kind) === wanted)
      .sort((a, b) => a.position - b.position);
    if (first) return first;
  }
  return null;
}
