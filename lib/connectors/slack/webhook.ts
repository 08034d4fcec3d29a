import type { ParsedWebhook, RemoteObject, WebhookParser } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { fromMessage, idOf, toRank, toTime } from './map.ts';
import {
  callbackSchema,
  messageEventSchema,
  messageSchema,
  reactionEventSchema,
} from './schema.ts';

const summaryChars = 200;

/** https://docs.slack.dev/apis/events-api */
export const slackWebhook: WebhookParser = {
  parse(event, payload) {
    const read = callbackSchema.safeParse(payload);
    if (!read.success) return unknown(null, `Slack’s “${cut(event)}” is no event of a workspace`);
    const team = read.data.team_id ?? null;
    const inner = read.data.event as JsonObject;
    switch (read.data.event.type) {
      case 'message':
        return parseMessage(inner, team);
      case 'reaction_added':
      case 'reaction_removed':
        return parseReaction(inner, team);
      default:
        return unknown(team, `Slack’s event “${cut(read.data.event.type)}” is not taken in`);
    }
  },
};

function parseMessage(event: JsonObject, team: string | null): ParsedWebhook {
  const read = messageEventSchema.safeParse(event);
  if (!read.success) return unknown(team, 'A message event without a channel');
  const { channel, subtype, deleted_ts: deleted, event_ts: at } = read.data;
  if (subtype === 'message_deleted') {
    if (!deleted) return unknown(team, 'A deletion that names no message');
    const object = goneMessage(channel, deleted, at ?? deleted);
    return withObject(team, channel, 'deleted', object, 'A message was deleted');
  }
  const isChange = subtype === 'message_changed';
  const state = isChange ? read.data.message : event;
  // A first message with replies leaves a stone behind where it was.
  const stone = messageSchema.safeParse(state).data;
  if (isChange && stone?.subtype === 'tombstone') {
    const object = goneMessage(channel, stone.ts, at ?? stone.ts);
    return withObject(team, channel, 'deleted', object, 'A message was deleted');
  }
  const mapped = fromMessage(state, { channel }, { isWhole: false });
  if (mapped.is === 'fault') return unknown(team, mapped.fault.message);
  if (mapped.is === 'other') {
    return unknown(team, `A notice of Slack’s own (${cut(subtype ?? 'message')})`);
  }
  const what = isChange ? 'changed' : 'posted';
  return withObject(team, channel, what, mapped.object, tell(what, mapped.object));
}

/** A reaction event names the message and does not carry it. */
function parseReaction(event: JsonObject, team: string | null): ParsedWebhook {
  const read = reactionEventSchema.safeParse(event);
  if (!read.success || read.data.item.type !== 'message') {
    return unknown(team, 'A reaction to something else than a message');
  }
  const { channel, ts } = read.data.item;
  const isAdded = event['type'] === 'reaction_added';
  return {
    ...envelope(team, 'apply'),
    action: isAdded ? 'reaction added' : 'reaction removed',
    resource: 'messages',
    scopeKey: channel,
    refetch: [{ externalId: idOf(channel, ts), externalKey: null, scope: { channel } }],
    summary: cut(`Reaction ${isAdded ? 'added' : 'removed'}: ${read.data.reaction}`),
  };
}

const goneMessage = (channel: string, ts: string, at: string): RemoteObject => ({
  externalId: idOf(channel, ts),
  externalKey: null,
  url: null,
  rank: Math.max(toRank(at), toRank(ts)),
  rankIsExact: false,
  updatedAt: toTime(at),
  fields: {},
  deleted: true,
  raw: { channel, deleted_ts: ts, event_ts: at },
});

const withObject = (
  team: string | null,
  channel: string,
  action: string,
  object: RemoteObject,
  summary: string,
): ParsedWebhook => ({
  ...envelope(team, 'apply'),
  action,
  resource: 'messages',
  scopeKey: channel,
  objects: [object],
  summary: cut(summary),
});

const tell = (what: string, object: RemoteObject): string => {
  const { body } = object.fields;
  return `Message ${what}: ${typeof body === 'string' ? body : 'without text'}`;
};

const envelope = (team: string | null, kind: ParsedWebhook['kind']): ParsedWebhook => ({
  kind,
  action: null,
  resource: null,
  scopeKey: null,
  accountId: team,
  objects: [],
  refetch: [],
  summary: '',
});

const unknown = (team: string | null, reason: string): ParsedWebhook => ({
  ...envelope(team, 'unknown'),
  summary: cut(reason),
});

function cut(sentence: string): string {
  const line = sentence.replace(/[\p{Cc}\p{Cs}]+/gu, ' ');
  return line.length <= summaryChars ? line : `${line.slice(0, summaryChars - 1).toWellFormed()}…`;
}
