import type { ConnectorContext, LookupItem } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { listLabels, listStates } from './resolve-names.ts';
import { connectionSchema, userSchema } from './schema.ts';
import { sendQuery } from './send-query.ts';
import { teamIdOf } from './team-scope.ts';

const perPage = 200;
const maxPages = 5;

const usersQuery = `query Users($first: Int!, $after: String) {
  users(first: $first, after: $after) {
    nodes { id name displayName } pageInfo { hasNextPage endCursor }
  }
}`;

/** What people pick by name: everybody, and the labels and states of a team. */
export async function lookupNames(
  ctx: ConnectorContext,
  name: string,
  scope: JsonObject | null,
): Promise<LookupItem[]> {
  if (name === 'users') return listUsers(ctx);
  if (scope === null) throw new HubError('request.invalid', 'A team is needed for this.');
  const team = teamIdOf(scope);
  if (name === 'labels') {
    return (await listLabels(ctx, team)).map((label) => ({
      id: label.id,
      name: label.name,
      detail: null,
    }));
  }
  if (name === 'states') {
    return (await listStates(ctx, team))
      .sort((a, b) => a.position - b.position)
      .map((state) => ({ id: state.id, name: state.name, detail: state.type }));
  }
  throw new HubError('request.invalid', 'Linear has no such list.');
}

async function listUsers(ctx: ConnectorContext): Promise<LookupItem[]> {
  const users: LookupItem[] = [];
  let after: string | null = null;
  for (let page = 1; page <= maxPages; page += 1) {
    const { data } = await sendQuery(ctx, usersQuery, { first: perPage, after });
    const read = connectionSchema.safeParse(data['users']);
    if (!read.success) throw badAnswer('the list of people is no list');
    for (const node of read.data.nodes) {
      const user = userSchema.safeParse(node).data;
      if (user) users.push({ id: user.id, name: user.displayName, detail: user.name ?? null });
    }
    after = read.data.pageInfo.hasNextPage ? (read.data.pageInfo.endCursor ?? null) : null;
    if (after === null) break;
  }
  return users;
}
