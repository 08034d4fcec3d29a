import { keyOf } from './show-message.ts';
import { SlackError } from './slack-error.ts';
import type { AppRow, ChannelRow, MessageRow, SlackWorld, TokenRow } from './world.ts';

/** One call of a method, once it is known who calls. */
export interface Call {
  world: SlackWorld;
  /** Arguments, whether they came by query, form or JSON. */
  args: Record<string, string>;
  token: TokenRow;
  app: AppRow;
}

export type Method = (call: Call) => Record<string, unknown>;

export function requireScope(call: Call, ...oneOf: string[]): void {
  if (oneOf.some((scope) => call.token.scopes.includes(scope))) return;
  throw new SlackError('missing_scope', {
    needed: oneOf.join(','),
    provided: call.token.scopes.join(','),
  });
}

/** A private channel the app is not in is not there. */
export function requireChannel(call: Call): ChannelRow {
  const channel = call.world.tables.channels.findOneBy('key', call.args['channel'] ?? '');
  const isIn = channel?.members.includes(call.app.botUser) ?? false;
  if (!channel || (channel.isPrivate && !isIn)) throw new SlackError('channel_not_found');
  return channel;
}

export function requireMembership(call: Call): ChannelRow {
  const channel = requireChannel(call);
  requireScope(call, channel.isPrivate ? 'groups:history' : 'channels:history');
  if (!channel.members.includes(call.app.botUser)) throw new SlackError('not_in_channel');
  return channel;
}

export function requireMessage(call: Call, channel: ChannelRow): MessageRow {
  const key = keyOf(channel.key, call.args['ts'] ?? '');
  const row = call.world.tables.messages.findOneBy('key', key);
  if (!row) throw new SlackError('message_not_found');
  return row;
}

export function limitOf(args: Record<string, string>, usual: number, most: number): number {
  const text = args['limit'];
  if (text === undefined) return usual;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw new SlackError('invalid_limit');
  return limit;
}

/** Cursors are opaque texts that hold where the next page starts. */
export const toCursor = (place: string): string => Buffer.from(`next:${place}`).toString('base64');

export function fromCursor(cursor: string | undefined): string | null {
  if (cursor === undefined || cursor === '') return null;
  const text = Buffer.from(cursor, 'base64').toString('utf8');
  if (!text.startsWith('next:')) throw new SlackError('invalid_cursor');
  return text.slice('next:'.length);
}
