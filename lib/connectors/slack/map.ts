import {
  type ProviderFault,
  type RemoteObject,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { type Json, type JsonObject, limits } from '#lib/core/index';
import { type ChannelScope, type Message, messageSchema } from './schema.ts';

export type MappedMessage =
  | { is: 'object'; object: RemoteObject }
  /** A notice of Slack's own, or the place where a message was. */
  | { is: 'other' }
  | { is: 'fault'; fault: ProviderFault };

/** What people (and bots) have said; every other subtype is a notice of Slack's. */
const spoken: readonly string[] = ['bot_message', 'file_share', 'me_message', 'thread_broadcast'];
/** The raw form of what cannot be read is kept up to here. */
const faultRawChars = 1_000_000;

/**
 * A message as Slack shows it, in the hub's words. Never throws, whatever it is handed. `isWhole`:
 * what is not there is empty, as in a list; a part of an event says nothing of what it leaves out.
 */
export function fromMessage(
  value: unknown,
  scope: ChannelScope,
  { isWhole }: { isWhole: boolean },
): MappedMessage {
  const raw = asObject(value);
  const read = messageSchema.safeParse(raw);
  if (!read.success) {
    const first = read.error.issues[0];
    const where = first?.path.join('.') || 'the object';
    return faulty(raw, scope, `${where}: ${first?.message ?? 'cannot be read'}`);
  }
  const message = read.data;
  if (message.subtype && !spoken.includes(message.subtype)) return { is: 'other' };
  const url = permalink(message, scope);
  const rank = Math.max(toRank(message.ts), message.edited ? toRank(message.edited.ts) : 0);
  return {
    is: 'object',
    object: toStorableJson({
      externalId: idOf(scope.channel, message.ts),
      // A reply is read through its thread.
      externalKey: threadOf(message),
      url,
      rank,
      // An edit is timed in whole seconds, and a reaction changes no time at all.
      rankIsExact: false,
      updatedAt: toTime(message.edited?.ts ?? message.ts),
      fields: toFields(message, scope, url, isWhole),
      deleted: false,
      raw: raw ?? {},
    }),
  };
}

/** A `ts` names a message within its channel only. */
export const idOf = (channel: string, ts: string): string => `${channel}:${ts}`;

/** Microseconds since 1970: exact in a number until the year 2255. */
export function toRank(ts: string): number {
  const [seconds = '0', micros = '0'] = ts.split('.');
  return Number(seconds) * 1_000_000 + Number(micros);
}

export const toTime = (ts: string): string =>
  new Date(Math.floor(toRank(ts) / 1_000)).toISOString();

/** The first message of a thread stands outside it: replies may come to any message later. */
const threadOf = ({ thread_ts: thread, ts }: Message): string | null =>
  thread && thread !== ts ? thread : null;

function toFields(
  message: Message,
  scope: ChannelScope,
  url: string | null,
  isWhole: boolean,
): JsonObject {
  const { reactions } = message;
  const fields: Record<string, Json | undefined> = {
    body: message.text === undefined ? undefined : message.text || null,
    author: authorOf(message),
    channel: scope.channel,
    thread: threadOf(message),
    sent_at: toTime(message.ts),
    edited_at: message.edited ? toTime(message.edited.ts) : isWhole ? null : undefined,
    reactions: reactions ? toReactions(reactions) : isWhole ? [] : undefined,
    url: url ?? undefined,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

/** Slack says an id; names are looked up where they are shown, so that a rename changes no message. */
function authorOf(message: Message): Json | undefined {
  const { user, bot_id: bot, username, bot_profile: profile } = message;
  if (user) return { id: user, login: user };
  if (bot) return { id: bot, login: profile?.name || username || bot };
  return undefined;
}

/** One item for each person, as far as Slack names them (the first 25 or so of a reaction). */
function toReactions(reactions: NonNullable<Message['reactions']>): string[] {
  const all = reactions.flatMap(({ name, users }) =>
    (users ?? []).map((user) => `${name}:${user}`),
  );
  return [...new Set(all)].slice(0, limits.setItems);
}

/** https://docs.slack.dev/reference/methods/chat.getPermalink gives the same without a call each. */
function permalink(message: Message, { channel, teamUrl }: ChannelScope): string | null {
  if (!teamUrl || !/^https?:\/\//.test(teamUrl)) return null;
  const thread = threadOf(message);
  const place = `${teamUrl.replace(/\/$/, '')}/archives/${channel}/p${message.ts.replace('.', '')}`;
  return thread ? `${place}?thread_ts=${thread}&cid=${channel}` : place;
}

function faulty(raw: JsonObject | null, scope: ChannelScope, message: string): MappedMessage {
  const ts = raw?.['ts'];
  return {
    is: 'fault',
    fault: toStorableJson({
      externalId: typeof ts === 'string' ? idOf(scope.channel, ts.slice(0, 40)) : null,
      message: `A message of Slack cannot be read (${message}).`,
      raw: raw && JSON.stringify(raw).length <= faultRawChars ? raw : null,
    }),
  };
}

const asObject = (value: unknown): JsonObject | null =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : null;
