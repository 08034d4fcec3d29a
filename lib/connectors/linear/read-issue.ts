import type {
  ConnectorContext,
  ProviderFault,
  RemoteObject,
  RemoteRef,
} from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { listedIssue, wholeIssue } from './issue-fields.ts';
import { fromIssue, hasAllLabels } from './map.ts';
import { connectionSchema, issueSchema } from './schema.ts';
import { sendQuery } from './send-query.ts';
import { assertIssues, teamIdOf } from './team-scope.ts';

const oneQuery = `query Issue($id: String!) { issue(id: $id) { ${wholeIssue} } }`;
const manyQuery = `query Issues($filter: IssueFilter!, $first: Int!) {
  issues(filter: $filter, first: $first, includeArchived: true) {
    nodes { ${listedIssue} } pageInfo { hasNextPage endCursor }
  }
}`;

export async function readIssue(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<RemoteObject | null> {
  assertIssues(resource);
  try {
    const { data } = await sendQuery(ctx, oneQuery, { id: ref.externalId });
    return objectOf(data['issue']);
  } catch (error) {
    if (!isHubError(error) || error.code !== 'provider.not_found') throw error;
    await assertTeam(ctx, ref.scope);
    return null;
  }
}

/** Many reads of one or several teams in one call. */
export async function readIssues(
  ctx: ConnectorContext,
  resource: string,
  refs: readonly RemoteRef[],
): Promise<(RemoteObject | null)[]> {
  assertIssues(resource);
  if (refs.length === 0) return [];
  const filter = { id: { in: refs.map((ref) => ref.externalId) } };
  const { data } = await sendQuery(ctx, manyQuery, { filter, first: refs.length });
  const page = connectionSchema.safeParse(data['issues']);
  if (!page.success) throw badAnswer('the list of issues is no list');
  const nodes = await Promise.all(page.data.nodes.map((node) => completed(ctx, node)));
  const byId = new Map(nodes.map((node) => [idOf(node), node]));
  const missing = refs.filter((ref) => !byId.has(ref.externalId));
  for (const scope of distinctScopes(missing)) await assertTeam(ctx, scope);
  return refs.map((ref) => {
    const node = byId.get(ref.externalId);
    return node === undefined ? null : objectOf(node);
  });
}

/** In whichever team it is: an issue keeps its id when it is moved. */
function objectOf(node: unknown): RemoteObject {
  const mapped = fromIssue(node);
  if (mapped.is === 'fault') throw badAnswer(mapped.fault.message);
  return mapped.object;
}

/**
 * "Not found" means that an issue is gone only while its team can be seen; otherwise losing access
 * would look like every issue being deleted.
 */
async function assertTeam(ctx: ConnectorContext, scope: JsonObject): Promise<void> {
  await sendQuery(ctx, 'query Team($id: String!) { team(id: $id) { id } }', {
    id: teamIdOf(scope),
  });
}

const distinctScopes = (refs: readonly RemoteRef[]): JsonObject[] => [
  ...new Map(refs.map((ref) => [teamIdOf(ref.scope), ref.scope])).values(),
];

function idOf(node: unknown): string | null {
  const id: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'id') : null;
  return typeof id === 'string' ? id : null;
}

/** An issue from a list, with the labels that did not fit into it. */
async function completed(ctx: ConnectorContext, node: unknown): Promise<unknown> {
  const read = issueSchema.safeParse(node);
  if (!read.success || hasAllLabels(read.data)) return node;
  const { data } = await sendQuery(ctx, oneQuery, { id: read.data.id });
  return data['issue'];
}

/** An object that cannot be read is a fault of its own and costs the others nothing. */
export async function mapListed(
  ctx: ConnectorContext,
  nodes: unknown[],
): Promise<{ objects: RemoteObject[]; faults: ProviderFault[] }> {
  const objects: RemoteObject[] = [];
  const faults: ProviderFault[] = [];
  for (const node of nodes) {
    const mapped = fromIssue(await completed(ctx, node));
    if (mapped.is === 'object') objects.push(mapped.object);
    else faults.push(mapped.fault);
  }
  return { objects, faults };
}
