import { z } from 'zod';
import type {
  BackfillPage,
  ConnectorContext,
  HttpAnswer,
  PollPage,
  ProviderFault,
  RemoteObject,
} from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { badAnswer } from './errors.ts';
import { fromIssue } from './map.ts';
import { assertIssues, projectIdOf } from './project-scope.ts';
import { assertKnown, webBaseOf } from './read-account.ts';
import { issuePageSchema } from './schema.ts';
import {
  laterTime,
  latestTime,
  nextMark,
  perPage,
  readMark,
  shiftTime,
  type WalkMark,
  withoutEdge,
} from './walk-mark.ts';
import { readWorkflow } from './workflow.ts';

/** How far polling reaches back: changes that were saved later than they were timed. */
const overlapMs = 60_000;
/** And once a poll has found nothing newer, so that a big change is not read again for ever. */
const settledOverlapMs = 1_000;

const backfillSchema = z.object({
  /** The last change there was when the walk began: Redmine's own clock, needing no other. */
  newest: z.iso.datetime().nullable(),
});
/** Of a poll that has more pages: where it began, and the latest change so far. */
const pollSchema = z.object({
  floor: z.iso.datetime().nullable(),
  high: z.iso.datetime().nullable(),
});
/** The latest change that was seen before. */
const seenSchema = z.object({ seen: z.iso.datetime().nullable() });
const etagSchema = z.object({ etag: z.string().max(500) });

/** One page of all issues, open and closed. See walk-mark.ts for the order. */
export async function backfillIssues(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  from: JsonObject | null,
): Promise<BackfillPage> {
  assertIssues(resource);
  const known = backfillSchema.safeParse(from).data;
  const newest = known ? known.newest : await readNewest(ctx, scope);
  const mark = readMark(known ? from : null);
  const page = await readPage(ctx, scope, mark);
  return {
    ...(await mapItems(ctx, withoutEdge(page.items, mark.edge))),
    next: page.next && { ...page.next, newest },
    total: known ? null : page.total,
    cursor: { since: newest && shiftTime(newest, -overlapMs), seen: newest },
  };
}

/**
 * What changed since the cursor. An ETag belongs to one exact address, so it is kept only while
 * `since` stands still: a quiet project answers 304.
 */
export async function pollIssues(
  ctx: ConnectorContext,
  resource: string,
  scope: JsonObject,
  cursor: JsonObject,
): Promise<PollPage> {
  assertIssues(resource);
  const mark = readMark(cursor);
  const begun = pollSchema.safeParse(cursor).data;
  const page = await readPage(ctx, scope, mark, etagSchema.safeParse(cursor).data?.etag);
  // Silence is believed of those only who are let in.
  if (page.items.length === 0) await assertKnown(ctx);
  if (page.answer.status === 304) {
    const none = { objects: [], faults: [], hasMore: false, notModified: true };
    return { ...none, cursor, intervalMs: null };
  }
  const floor = begun ? begun.floor : mark.since;
  const high = latestTime(page.items, begun?.high ?? null);
  const seen = seenSchema.safeParse(cursor).data?.seen ?? null;
  const back = high !== null && high === seen ? settledOverlapMs : overlapMs;
  const rest = laterTime(floor, high && shiftTime(high, -back));
  const isSameAddress = !begun && rest === mark.since && page.answer.etag !== null;
  return {
    ...(await mapItems(ctx, withoutEdge(page.items, mark.edge))),
    cursor: page.next
      ? { ...page.next, floor, high, seen }
      : { since: rest, seen: high, ...(isSameAddress ? { etag: page.answer.etag } : {}) },
    hasMore: page.next !== null,
    notModified: false,
    intervalMs: null,
  };
}

async function readNewest(ctx: ConnectorContext, scope: JsonObject): Promise<string | null> {
  await assertKnown(ctx);
  const { items } = await send(ctx, scope, { sort: 'updated_on:desc', limit: 1 });
  return latestTime(items, null);
}

interface IssuePage {
  answer: HttpAnswer;
  items: unknown[];
  total: number;
}

async function readPage(
  ctx: ConnectorContext,
  scope: JsonObject,
  mark: WalkMark,
  etag?: string,
): Promise<IssuePage & { next: WalkMark | null }> {
  const query = {
    sort: 'updated_on,id',
    limit: perPage,
    offset: mark.offset,
    updated_on: mark.since === null ? undefined : `>=${shiftTime(mark.since, 0)}`,
  };
  const page = await send(ctx, scope, query, etag);
  return { ...page, next: nextMark(mark, page.items, page.total) };
}

/** https://www.redmine.org/projects/redmine/wiki/Rest_Issues#Listing-issues */
async function send(
  ctx: ConnectorContext,
  scope: JsonObject,
  query: Record<string, string | number | undefined>,
  etag?: string,
): Promise<IssuePage> {
  const answer = await ctx.http.send({
    method: 'GET',
    path: '/issues.json',
    // Without these two, closed issues are left out and those of subprojects are put in.
    query: { project_id: projectIdOf(scope), subproject_id: '!*', status_id: '*', ...query },
    ...(etag === undefined ? {} : { etag }),
  });
  if (answer.status === 304) return { answer, items: [], total: 0 };
  const read = issuePageSchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('the list of issues is no list');
  return { answer, items: read.data.issues, total: read.data.total_count };
}

/** An object that cannot be read is a fault of its own and costs the others nothing. */
async function mapItems(
  ctx: ConnectorContext,
  items: unknown[],
): Promise<{ objects: RemoteObject[]; faults: ProviderFault[] }> {
  const objects: RemoteObject[] = [];
  const faults: ProviderFault[] = [];
  if (items.length === 0) return { objects, faults };
  const surroundings = { workflow: await readWorkflow(ctx, items), webBase: webBaseOf(ctx) };
  for (const item of items) {
    const mapped = fromIssue(item, surroundings);
    if (mapped.is === 'object') objects.push(mapped.object);
    else faults.push(mapped.fault);
  }
  return { objects, faults };
}
