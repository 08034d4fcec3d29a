import type {
  ConnectorContext,
  HttpAnswer,
  ProviderFault,
  RemoteObject,
} from '#lib/connectors/protocol/index';
import { badAnswer } from './errors.ts';
import { fromMessage } from './map.ts';
import { type ChannelScope, historySchema, messageSchema } from './schema.ts';

/** Slack recommends no more; 999 is the most it takes. */
const perPage = 200;

export interface HistoryPage {
  answer: HttpAnswer;
  items: unknown[];
  /** Null on the last page. */
  next: string | null;
}

/** https://docs.slack.dev/reference/methods/conversations.history, newest first */
export const readHistory = (
  ctx: ConnectorContext,
  { channel }: ChannelScope,
  query: Record<string, string | number | undefined>,
): Promise<HistoryPage> => read(ctx, '/conversations.history', { channel, ...query });

/** https://docs.slack.dev/reference/methods/conversations.replies, the first message and then its replies */
export const readReplies = (
  ctx: ConnectorContext,
  { channel }: ChannelScope,
  thread: string,
  query: Record<string, string | number | undefined>,
): Promise<HistoryPage> => read(ctx, '/conversations.replies', { channel, ts: thread, ...query });

async function read(
  ctx: ConnectorContext,
  path: string,
  query: Record<string, string | number | undefined>,
): Promise<HistoryPage> {
  const answer = await ctx.http.send({ method: 'GET', path, query: { limit: perPage, ...query } });
  const page = historySchema.safeParse(answer.json);
  if (!page.success) throw badAnswer('the list of messages is no list');
  const { messages: items, has_more: hasMore, response_metadata: more } = page.data;
  const next = hasMore === true ? more?.next_cursor : null;
  return { answer, items, next: next || null };
}

/** A message that cannot be read is a fault of its own and costs the others nothing. */
export function mapItems(
  items: unknown[],
  scope: ChannelScope,
): { objects: RemoteObject[]; faults: ProviderFault[] } {
  const objects: RemoteObject[] = [];
  const faults: ProviderFault[] = [];
  for (const item of items) {
    const mapped = fromMessage(item, scope, { isWhole: true });
    if (mapped.is === 'object') objects.push(mapped.object);
    else if (mapped.is === 'fault') faults.push(mapped.fault);
  }
  return { objects, faults };
}

/** The first messages of threads among these. */
export const threadsIn = (items: unknown[]): string[] =>
  items.flatMap((item) => {
    const message = messageSchema.safeParse(item).data;
    return message && (message.reply_count ?? 0) > 0 ? [message.ts] : [];
  });

/** Slack's clock in seconds; ours where an answer has lost its Date. */
export function dateOf(answer: HttpAnswer): number {
  const date = Date.parse(answer.headers.get('date') ?? '');
  return Math.floor((Number.isNaN(date) ? Date.now() : date) / 1_000);
}

/** The time of the last message of a page. */
export function lastTs(items: unknown[]): string | null {
  const last = messageSchema.safeParse(items.at(-1));
  return last.success ? last.data.ts : null;
}
