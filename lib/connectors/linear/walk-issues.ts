import { z } from 'zod';
import type { BackfillPage, ConnectorContext, PollPage } from '#lib/connectors/protocol/index';
import { HubError, isHubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { listedIssue } from './issue-fields.ts';
import { mapListed } from './read-issue.ts';
import { connectionSchema } from './schema.ts';
import { type QueryAnswer, sendQuery } from './send-query.ts';
import { assertIssues, teamIdOf } from './team-scope.ts';

const perPage = 50;
/** How far polling reaches back: servers that lag, and the seconds of the Date header. */
const overlapMs = 60_000;

/** Within a walk: the page after this one, and the service's clock when the walk began. */
const markSchema = z.object({
  after: z.string().min(1).max(2_000),
  startedAt: z.iso.datetime().nullable(),
});
const cursorSchema = z.object({ since: z.iso.datetime().nullable() });

const listQuery = `query Issues($team: String!, $filter: IssueFilter!, $first: Int!, $after: String) {
  team(id: $team) { issueCount(includeArchived: true) }
  issues(filter: $filter, first: $first, after: $after, includeArchived: true, orderBy: updatedAt) {
    nodes { ${listedIssue} } pageInfo { hasNextPage endCursor }
  }
}`;

/**
 * One page of all issues, archived ones too, the last changed first. Linear's cursor is a place in
 * that order: what changes meanwhile moves in front of it, shifts nothing behind it, and is polled for
 * afterwards, because polling starts where the first page was asked for.
 */
export async function backfillIssues(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  from: JsonObject | null,
): Promise<BackfillPage> {
  assertIssues(resource);
  const mark = markSchema.safeParse(from).data ?? null;
  const page = await readPage(ctx, scope, null, mark?.after ?? null);
  const startedAt = mark ? mark.startedAt : startOf(page);
  return {
    ...(await mapListed(ctx, page.nodes)),
    next: page.next === null ? null : { after: page.next, startedAt },
    total: mark ? null : page.total,
    cursor: { since: startedAt && shiftBack(startedAt) },
  };
}

/** What changed since the cursor; in the trash and in the archive too. */
export async function pollIssues(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  cursor: JsonObject,
): Promise<PollPage> {
  assertIssues(resource);
  const since = cursorSchema.safeParse(cursor).data?.since ?? null;
  const mark = markSchema.safeParse(cursor).data ?? null;
  const page = await readPage(ctx, scope, since, mark?.after ?? null);
  const startedAt = mark ? mark.startedAt : startOf(page);
  const read = await mapListed(ctx, page.nodes);
  const hasMore = page.next !== null;
  return {
    ...read,
    cursor: hasMore
      ? { since, after: page.next, startedAt }
      : { since: startedAt === null ? since : later(since, shiftBack(startedAt)) },
    hasMore,
    notModified: !mark && !hasMore && page.nodes.length === 0,
    intervalMs: null,
  };
}

interface IssuePage {
  nodes: unknown[];
  next: string | null;
  total: number | null;
  dateMs: number | null;
}

async function readPage(
  ctx: ConnectorContext,
  scope: JsonObject,
  since: string | null,
  after: string | null,
): Promise<IssuePage> {
  const team = teamIdOf(scope);
  const inTeam = { team: { id: { eq: team } } };
  // Whether going to the archive moves updatedAt is not documented, so it is asked for beside it.
  const changed = { or: [{ updatedAt: { gte: since } }, { archivedAt: { gte: since } }] };
  const filter = since === null ? inTeam : { ...inTeam, ...changed };
  const answer = await sendPage(ctx, { team, filter, first: perPage, after });
  const issues = connectionSchema.safeParse(answer.data['issues']);
  if (!issues.success) throw badAnswer('the list of issues is no list');
  const { hasNextPage, endCursor } = issues.data.pageInfo;
  if (hasNextPage && (!endCursor || endCursor === after)) {
    throw badAnswer('its pages turn in circles');
  }
  return {
    nodes: issues.data.nodes,
    next: hasNextPage ? (endCursor ?? null) : null,
    total: countOf(answer.data['team']),
    dateMs: answer.dateMs,
  };
}

async function sendPage(
  ctx: ConnectorContext,
  variables: JsonObject & { after: string | null },
): Promise<QueryAnswer> {
  try {
    return await sendQuery(ctx, listQuery, variables);
  } catch (error) {
    const isPlace = variables.after !== null;
    if (!isPlace || !isHubError(error) || error.code !== 'provider.refused') throw error;
    // The query was good without the cursor: Linear does not know the place any more.
    throw new HubError('provider.gone', 'Linear does not know this place in the list any more.', {
      cause: error,
    });
  }
}

function countOf(team: unknown): number | null {
  const read = z.looseObject({ issueCount: z.number().int().nonnegative() }).safeParse(team);
  return read.success ? read.data.issueCount : null;
}

/** The service's own clock; without one, the last change there is. */
function startOf(page: IssuePage): string | null {
  if (page.dateMs !== null) return new Date(page.dateMs).toISOString();
  const read = z.looseObject({ updatedAt: z.iso.datetime() }).safeParse(page.nodes[0]);
  return read.success ? read.data.updatedAt : null;
}

const shiftBack = (time: string): string => new Date(Date.parse(time) - overlapMs).toISOString();

/** A clock that was set back moves no cursor back. */
const later = (since: string | null, time: string): string =>
  since !== null && Date.parse(since) > Date.parse(time) ? since : time;
