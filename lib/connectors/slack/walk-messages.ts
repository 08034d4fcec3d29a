import { z } from 'zod';
import type { BackfillPage, ConnectorContext, PollPage } from '#lib/connectors/protocol/index';
import { isHubError, type JsonObject } from '#lib/core/index';
import { assertMessages, readScope } from './channel-scope.ts';
import { badAnswer } from './errors.ts';
import {
  dateOf,
  type HistoryPage,
  lastTs,
  mapItems,
  readHistory,
  readReplies,
  threadsIn,
} from './read-history.ts';
import { type ChannelScope, tsSchema } from './schema.ts';

/** How far a poll reaches back: within it, edits are seen without events. Seconds. */
const overlapSeconds = 3_600;
/** Threads of one page of history. */
const maxThreads = 1_000;

const cursor = z.string().max(1_000);
/** Where a walk stands: in a thread of the page before, or behind a page of the history. */
const markSchema = z.object({
  /** Null when the history itself is read to its end. */
  history: z.object({ cursor, before: tsSchema.nullable() }).nullable(),
  threads: z.array(tsSchema).max(maxThreads),
  /** Within the first of the threads. */
  reply: cursor.nullable(),
  startedAt: z.number().int().nonnegative(),
});
type Mark = z.infer<typeof markSchema>;

/** One call a page: the history from the newest message on, and after each page its threads. */
export async function backfillMessages(
  ctx: ConnectorContext,
  resource: string,
  stored: JsonObject,
  from: JsonObject | null,
): Promise<BackfillPage> {
  assertMessages(resource);
  const scope = readScope(stored);
  // What cannot be read starts anew, which costs calls and loses nothing.
  const mark = markSchema.safeParse(from).data ?? null;
  const [thread] = mark?.threads ?? [];
  const step = mark && thread ? readThread(ctx, scope, mark, thread) : readPage(ctx, scope, mark);
  const { page, items, next } = await step;
  return {
    ...mapItems(items, scope),
    next: next && (next.threads.length > 0 || next.history) ? { ...next } : null,
    total: null,
    cursor: { since: (next ?? mark)?.startedAt ?? dateOf(page.answer) },
  };
}

interface Step {
  page: HistoryPage;
  items: unknown[];
  next: Mark;
}

async function readThread(
  ctx: ConnectorContext,
  scope: ChannelScope,
  mark: Mark,
  thread: string,
): Promise<Step> {
  const page = await readThreadPage(ctx, scope, thread, mark.reply ?? undefined);
  if (page.next !== null && page.next === mark.reply) throw badAnswer('its pages turn in circles');
  // Its first message came with the history.
  const items = page.items.filter((item) => !isFirst(item, thread));
  const threads = page.next === null ? mark.threads.slice(1) : mark.threads;
  return { page, items, next: { ...mark, threads, reply: page.next } };
}

/** A thread that was deleted meanwhile has nothing left to read. */
async function readThreadPage(
  ctx: ConnectorContext,
  scope: ChannelScope,
  thread: string,
  at: string | undefined,
): Promise<HistoryPage> {
  try {
    return await readReplies(ctx, scope, thread, { cursor: at });
  } catch (error) {
    if (!isHubError(error) || error.details?.['reason'] !== 'thread_not_found') throw error;
    const headers = new Headers();
    const answer = { status: 200, headers, json: null, etag: null, clockOffsetMs: null };
    return { answer, items: [], next: null };
  }
}

const isFirst = (item: unknown, thread: string): boolean =>
  item !== null && typeof item === 'object' && 'ts' in item && item.ts === thread;

async function readPage(
  ctx: ConnectorContext,
  scope: ChannelScope,
  mark: Mark | null,
): Promise<Step> {
  const at = mark?.history ?? null;
  const page = await readBehind(ctx, scope, at);
  if (page.next !== null && page.next === at?.cursor) throw badAnswer('its pages turn in circles');
  const before = lastTs(page.items) ?? at?.before ?? null;
  return {
    page,
    items: page.items,
    next: {
      history: page.next === null ? null : { cursor: page.next, before },
      threads: threadsIn(page.items),
      reply: null,
      startedAt: mark?.startedAt ?? dateOf(page.answer),
    },
  };
}

/** Cursors of Slack's end one day; the time of the last message never does. */
async function readBehind(
  ctx: ConnectorContext,
  scope: ChannelScope,
  at: Mark['history'],
): Promise<HistoryPage> {
  if (!at) return readHistory(ctx, scope, {});
  try {
    return await readHistory(ctx, scope, { cursor: at.cursor });
  } catch (error) {
    const isOver = isHubError(error) && error.details?.['reason'] === 'invalid_cursor';
    if (!isOver || at.before === null) throw error;
    return readHistory(ctx, scope, { latest: at.before });
  }
}

const pollSchema = z.object({
  /** Seconds, by Slack's clock: when the last poll began. */
  since: z.number().int().nonnegative(),
  cursor: cursor.optional(),
  startedAt: z.number().int().nonnegative().optional(),
});

/** What was written since the cursor, and an hour before it once more, for edits. */
export async function pollMessages(
  ctx: ConnectorContext,
  resource: string,
  stored: JsonObject,
  place: JsonObject,
): Promise<PollPage> {
  assertMessages(resource);
  const scope = readScope(stored);
  const known = pollSchema.safeParse(place).data ?? { since: 0 };
  const oldest = `${Math.max(0, known.since - overlapSeconds)}.000000`;
  const page = await readHistory(ctx, scope, { oldest, cursor: known.cursor });
  if (page.next !== null && page.next === known.cursor) {
    throw badAnswer('its pages turn in circles');
  }
  const startedAt = known.startedAt ?? dateOf(page.answer);
  return {
    ...mapItems(page.items, scope),
    cursor:
      page.next === null
        ? { since: startedAt }
        : { since: known.since, cursor: page.next, startedAt },
    hasMore: page.next !== null,
    notModified: false,
    intervalMs: null,
  };
}
