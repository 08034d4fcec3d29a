import { z } from 'zod';
import type {
  BackfillPage,
  ConnectorContext,
  HttpAnswer,
  PollPage,
  ProviderFault,
  RemoteObject,
} from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { pageMark } from './link-header.ts';
import { fromIssue } from './map.ts';
import { assertIssues, readScope, repositoryPath } from './repository-path.ts';
import { searchCountSchema } from './schema.ts';
import {
  earlierTime,
  edgeOf,
  laterTime,
  latestTime,
  nextMark,
  readMark,
  shiftTime,
  stepBack,
  type WalkMark,
  withoutEdge,
} from './walk-mark.ts';

const perPage = 100;
/** How far polling reaches back: servers that lag, and clocks that tick in seconds. */
const overlapMs = 60_000;

const backfillSchema = z.object({
  startedAt: z.iso.datetime().nullable(),
  /** See edgeOf. Only a backfill leaves these out: what changed again meanwhile is polled for. */
  edge: z.array(z.string().max(80)).max(perPage).optional(),
});
/** Of a poll that has more pages: where it began, by which clock, and the latest change so far. */
const pollSchema = z.object({
  floor: z.iso.datetime().nullable(),
  startedAt: z.iso.datetime().nullable(),
  high: z.iso.datetime().nullable(),
});
const etagSchema = z.object({ etag: z.string().max(500) });

/** One page of all issues, whatever their state. See walk-mark.ts for the order. */
export async function backfillIssues(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  from: JsonObject | null,
): Promise<BackfillPage> {
  assertIssues(resource);
  const mark: WalkMark = from ? readMark(from) : { since: null };
  const page = await readPage(ctx, scope, mark);
  const known = backfillSchema.safeParse(from);
  // The service's own clock at the first page: what changes from there on is polled for.
  const startedAt = known.success ? known.data.startedAt : dateOf(page.answer);
  return {
    ...mapItems(withoutEdge(page.items, known.data?.edge ?? [])),
    next: page.next ? { ...page.next, startedAt, edge: edgeOf(page.next, page.items) } : null,
    total: from ? null : await countIssues(ctx, scope, page),
    cursor: { since: startedAt ? shiftTime(startedAt, -overlapMs) : mark.since },
  };
}

/**
 * What changed since the cursor. The ETag belongs to one exact address, so it is kept only while
 * `since` stands still; a 304 costs no part of the rate limit.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
export async function pollIssues(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  cursor: JsonObject,
): Promise<PollPage> {
  assertIssues(resource);
  const mark = readMark(cursor);
  const page = await readPage(ctx, scope, mark, etagSchema.safeParse(cursor).data?.etag);
  const intervalMs = pollIntervalMs(page.answer);
  if (page.answer.status === 304) {
    const none = { objects: [], faults: [], hasMore: false, notModified: true };
    return { ...none, cursor, intervalMs };
  }
  const begun = pollSchema.safeParse(cursor).data;
  const walk: PollWalk = {
    floor: begun ? begun.floor : mark.since,
    startedAt: begun ? begun.startedAt : dateOf(page.answer),
    high: latestTime(page.items, begun?.high ?? null),
  };
  return {
    ...mapItems(page.items),
    cursor: page.next ? { ...page.next, ...walk } : restingCursor(mark, walk, page.answer.etag),
    hasMore: page.next !== null,
    notModified: false,
    intervalMs,
  };
}

type PollWalk = z.infer<typeof pollSchema>;

/**
 * Where the next poll starts: at the latest change, so that a quiet repository is asked for the same
 * address again and answers 304; but a minute before this poll when the change is younger than that.
 */
function restingCursor(mark: WalkMark, walk: PollWalk, etag: string | null): JsonObject {
  const { floor, high, startedAt } = walk;
  const reach = startedAt ?? high;
  const since =
    high === null || reach === null
      ? floor
      : laterTime(floor, earlierTime(stepBack(high), shiftTime(reach, -overlapMs)));
  const isSameAddress = since === mark.since && mark.page === undefined && mark.after === undefined;
  return isSameAddress && etag !== null ? { since, etag } : { since };
}

interface IssuePage {
  answer: HttpAnswer;
  items: unknown[];
  next: WalkMark | null;
}

/** https://docs.github.com/en/rest/issues/issues#list-repository-issues */
async function readPage(
  ctx: ConnectorContext,
  scope: JsonObject,
  mark: WalkMark,
  etag?: string,
): Promise<IssuePage> {
  const answer = await ctx.http.send({
    method: 'GET',
    path: `${repositoryPath(scope)}/issues`,
    query: {
      state: 'all',
      sort: 'updated',
      direction: 'asc',
      per_page: perPage,
      since: mark.since ?? undefined,
      page: mark.page,
      after: mark.after,
    },
    ...(etag === undefined ? {} : { etag }),
  });
  if (answer.status === 304) return { answer, items: [], next: null };
  const items: unknown = answer.json;
  if (!Array.isArray(items)) throw badAnswer('the list of issues is no list');
  return { answer, items, next: nextMark(mark, items, answer.headers.get('link')) };
}

/** An object that cannot be read is a fault of its own and costs the others nothing. */
function mapItems(items: unknown[]): { objects: RemoteObject[]; faults: ProviderFault[] } {
  const objects: RemoteObject[] = [];
  const faults: ProviderFault[] = [];
  for (const item of items) {
    const mapped = fromIssue(item);
    if (mapped.is === 'object') objects.push(mapped.object);
    else if (mapped.is === 'fault') faults.push(mapped.fault);
  }
  return { objects, faults };
}

/**
 * For the progress bar only. Lists by cursor name no last page, and the last page counts pull
 * requests too, so the search is asked first; without its answer the list's own estimate has to do.
 */
async function countIssues(
  ctx: ConnectorContext,
  scope: JsonObject,
  page: IssuePage,
): Promise<number | null> {
  if (!page.next) return mapItems(page.items).objects.length;
  const { owner, repo } = readScope(scope);
  try {
    const answer = await ctx.http.send({
      method: 'GET',
      path: '/search/issues',
      query: { q: `repo:${owner}/${repo} is:issue`, per_page: 1 },
    });
    const read = searchCountSchema.safeParse(answer.json);
    if (read.success) return read.data.total_count;
  } catch (error) {
    if (!isHubError(error) || ctx.signal.aborted) throw error;
  }
  const last = Number(pageMark(page.answer.headers.get('link'), 'last')?.page ?? Number.NaN);
  return Number.isSafeInteger(last) ? last * perPage : null;
}

function dateOf(answer: HttpAnswer): string | null {
  const date = Date.parse(answer.headers.get('date') ?? '');
  return Number.isNaN(date) ? null : shiftTime(new Date(date).toISOString(), 0);
}

function pollIntervalMs(answer: HttpAnswer): number | null {
  const seconds = Number(answer.headers.get('x-poll-interval') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1000 : null;
}
