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
/** Threads read in one step of a walk, all at once. */
const threadsAtOnce = 5;

const cursor = z.string().max(1_000);
/** Where a walk stands: in a thread of the page before, or behind a page of the history. */
const markSchema = z.object({
  /** Null when the history itself is read to its end. */
  history: z.object({ cursor, before: tsSchema.nullable() }).nullable(),
  /** Threads still to be read, each behind the replies it has given already. */
  threads: z.array(z.object({ ts: tsSchema, at: cursor.nullable() })).max(maxThreads),
  startedAt: z.number().int().nonnegative(),
});
type Mark = z.infer<typeof markSchema>;

/** The history from the newest message on, and after each page its threads, some at a time. */
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
  const isInThreads = mark !== null && mark.threads.length > 0;
  const step = isInThreads ? readThreads(ctx, scope, mark) : readPage(ctx, scope, mark);
  const { items, next } = await step;
  return {
    ...mapItems(items, scope),
    next: next.threads.length > 0 || next.history ? { ...next } : null,
    total: null,
    cursor: { since: next.startedAt },
  };
}

interface Step {
  items: unknown[];
  next: Mark;
}

async function readThreads(ctx: ConnectorContext, scope: ChannelScope, mark: Mark): Promise<Step> {
  const now = mark.threads.slice(0, threadsAtOnce);
  const pages = await Promise.all(now.map((thread) => readThread(ctx, scope, thread)));
  const unfinished = pages.flatMap(({ ts, next }) => (next === null ? [] : [{ ts, at: next }]));
  const threads = [...unfinished, ...mark.threads.slice(threadsAtOnce)];
  return { items: pages.flatMap(({ items }) => items), next: { ...mark, threads } };
}

/** A thread that was deleted meanwhile has nothing left to read. */
async function readThread(
  ctx: ConnectorContext,
  scope: ChannelScope,
  { ts, at }: Mark['threads'][number],
): Promise<{ ts: string; items: unknown[]; next: string | null }> {
  try {
    const page = await readReplies(ctx, scope, ts, { cursor: at ?? undefined });
    if (page.next !== null && page.next === at) throw badAnswer('its pages turn in circles');
    // Its first message came with the history.
    return { ts, items: page.items.filter((item) => !isFirst(item, ts)), next: page.next };
  } catch (error) {
    if (!isHubError(error) || error.details?.['reason'] !== 'thread_not_found') throw error;
    return { ts, items: [], next: null };
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
    items: page.items,
    next: {
      history: page.next === null ? null : { cursor: page.next, before },
      threads: threadsIn(page.items).map((ts) => ({ ts, at: null })),
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
    if (!isOver(error) || at.before === null) throw error;
    return readHistory(ctx, scope, { latest: at.before });
  }
}

const isOver = (error: unknown): boolean =>
  isHubError(error) && error.details?.['reason'] === 'invalid_cursor';

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
  const page = await readHistory(ctx, scope, { oldest, cursor: known.cursor }).catch(
    (error: unknown) => {
      // A poll that stood still for too long begins anew: what it has seen is only seen once more.
      if (known.cursor === undefined || !isOver(error)) throw error;
      return readHistory(ctx, scope, { oldest });
    },
  );
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
