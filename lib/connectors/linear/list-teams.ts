import {
  type Account,
  type ConnectorContext,
  type ScopeOption,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { limits } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { connectionSchema, teamSchema, viewerSchema } from './schema.ts';
import { sendQuery } from './send-query.ts';
import { assertIssues } from './team-scope.ts';

const perPage = 50;
const maxPages = 4;

/** The person, within one workspace: the same person has another id in another one. */
export async function readAccount(ctx: ConnectorContext): Promise<Account> {
  const { data } = await sendQuery(
    ctx,
    'query Account { viewer { id displayName url } organization { name } }',
  );
  const viewer = viewerSchema.safeParse(data['viewer']);
  if (!viewer.success) throw badAnswer('it names no account');
  const { id, displayName, url = null } = viewer.data;
  const workspace = nameOf(data['organization']);
  return toStorableJson({
    id,
    name: workspace === null ? displayName : `${displayName} · ${workspace}`,
    url: url !== null && /^https?:\/\//.test(url) ? url : null,
  });
}

const teamsQuery = `query Teams($first: Int!, $after: String) {
  viewer { admin }
  teams(first: $first, after: $after, orderBy: updatedAt) {
    nodes { id key name description private archivedAt issueCount(includeArchived: true) }
    pageInfo { hasNextPage endCursor }
  }
}`;

export async function listTeams(ctx: ConnectorContext, resource: string): Promise<ScopeOption[]> {
  assertIssues(resource);
  const options: ScopeOption[] = [];
  let after: string | null = null;
  for (let page = 1; page <= maxPages; page += 1) {
    const { data } = await sendQuery(ctx, teamsQuery, { first: perPage, after });
    const teams = connectionSchema.safeParse(data['teams']);
    if (!teams.success) throw badAnswer('the list of teams is no list');
    const isAdmin = isTrue(data['viewer'], 'admin');
    for (const node of teams.data.nodes) {
      const option = toOption(node, isAdmin);
      if (option) options.push(option);
    }
    after = teams.data.pageInfo.hasNextPage ? (teams.data.pageInfo.endCursor ?? null) : null;
    if (after === null) break;
  }
  return options.slice(0, limits.pageRows);
}

function toOption(node: unknown, isAdmin: boolean): ScopeOption | null {
  const read = teamSchema.safeParse(node);
  if (!read.success || read.data.archivedAt) return null;
  const { id, key, name, description, private: isPrivate, issueCount } = read.data;
  const facts = [key, isPrivate ? 'private' : null, description?.slice(0, 200).toWellFormed()];
  return toStorableJson({
    key: id,
    title: name,
    detail: facts.filter(Boolean).join(' · '),
    scope: { team_id: id },
    canWrite: true,
    canHook: isAdmin,
    estimate: issueCount ?? null,
  });
}

const isTrue = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && Reflect.get(value, key) === true;

function nameOf(value: unknown): string | null {
  const name: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'name') : null;
  return typeof name === 'string' && name !== '' ? name : null;
}
