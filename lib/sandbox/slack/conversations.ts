import {
  fromCursor,
  limitOf,
  type Method,
  requireChannel,
  requireMembership,
  requireScope,
  toCursor,
} from './call.ts';
import { keyOf, repliesOf, showMessage } from './show-message.ts';
import { SlackError } from './slack-error.ts';
import { type ChannelRow, type MessageRow, microsOf } from './world.ts';

/** https://docs.slack.dev/reference/methods/conversations.list */
export const listConversations: Method = (call) => {
  const { world, args, app } = call;
  requireScope(call, 'channels:read', 'groups:read');
  const types = (args['types'] ?? 'public_channel').split(',');
  if (types.some((type) => !['public_channel', 'private_channel', 'im', 'mpim'].includes(type))) {
    throw new SlackError('invalid_types');
  }
  const after = Number(fromCursor(args['cursor']) ?? 0);
  const limit = limitOf(args, 100, 999);
  const all = world.tables.channels
    .all()
    .filter((channel) => channel.id > after && isListed(channel))
    .sort((a, b) => a.id - b.id);
  const page = all.slice(0, limit);
  const last = all.length > page.length ? page.at(-1) : undefined;
  return {
    channels: page.map((channel) => showChannel(channel, app.botUser)),
    response_metadata: { next_cursor: last ? toCursor(String(last.id)) : '' },
  };

  function isListed(channel: ChannelRow): boolean {
    if (args['exclude_archived'] === 'true' && channel.isArchived) return false;
    if (!channel.isPrivate) return types.includes('public_channel');
    return types.includes('private_channel') && channel.members.includes(app.botUser);
  }
};

export const showConversation: Method = (call) => {
  requireScope(call, 'channels:read', 'groups:read');
  return { channel: showChannel(requireChannel(call), call.app.botUser) };
};

export const joinConversation: Method = (call) => {
  requireScope(call, 'channels:join');
  const channel = requireChannel(call);
  if (channel.isPrivate) throw new SlackError('method_not_supported_for_channel_type');
  const members = [...new Set([...channel.members, call.app.botUser])];
  call.world.tables.channels.update(channel.id, { members });
  return { channel: showChannel({ ...channel, members }, call.app.botUser) };
};

/** Whoever calls knows only whether it is a member itself. */
const showChannel = (channel: ChannelRow, self: string): Record<string, unknown> => ({
  id: channel.key,
  name: channel.name,
  is_channel: !channel.isPrivate,
  is_group: channel.isPrivate,
  is_im: false,
  is_mpim: false,
  is_private: channel.isPrivate,
  is_archived: channel.isArchived,
  is_general: channel.name === 'general',
  is_member: channel.members.includes(self),
  created: channel.created,
  num_members: channel.members.length,
  topic: { value: channel.topic, creator: '', last_set: channel.created },
  purpose: { value: '', creator: '', last_set: 0 },
});

/** https://docs.slack.dev/reference/methods/conversations.history: the newest first, no replies */
export const readHistory: Method = (call) => {
  const { world, args } = call;
  const channel = requireMembership(call);
  const all = world.tables.messages
    .findBy('channel', channel.key)
    .filter((row) => row.thread === null && isWithin(row, args))
    .sort((a, b) => microsOf(b.ts) - microsOf(a.ts));
  const { page, next } = turn(all, args, (row, at) => microsOf(row.ts) < at);
  // Shown to whoever asks for it, and left out otherwise.
  const shows = args['include_all_metadata'] === 'true';
  return {
    messages: page.map((row) => ({
      ...showMessage(world, row),
      ...(shows && row.metadata ? { metadata: row.metadata } : {}),
    })),
    has_more: next !== '',
    pin_count: 0,
    ...(next === '' ? {} : { response_metadata: { next_cursor: next } }),
  };
};

/** https://docs.slack.dev/reference/methods/conversations.replies: the first message, then its replies */
export const readReplies: Method = (call) => {
  const { world, args } = call;
  const channel = requireMembership(call);
  const first = world.tables.messages.findOneBy('key', keyOf(channel.key, args['ts'] ?? ''));
  if (!first) throw new SlackError('thread_not_found');
  const all = repliesOf(world, first).filter((row) => isWithin(row, args));
  const { page, next } = turn(all, args, (row, at) => microsOf(row.ts) > at);
  return {
    messages: [first, ...page].map((row) => showMessage(world, row)),
    has_more: next !== '',
    ...(next === '' ? {} : { response_metadata: { next_cursor: next } }),
  };
};

/** Both ends are left out unless they are to be included. */
function isWithin(row: MessageRow, args: Record<string, string>): boolean {
  const at = microsOf(row.ts);
  const [oldest, latest] = [boundOf(args['oldest']), boundOf(args['latest'])];
  if (args['inclusive'] === 'true' || args['inclusive'] === '1') {
    return (oldest === null || at >= oldest) && (latest === null || at <= latest);
  }
  return (oldest === null || at > oldest) && (latest === null || at < latest);
}

function boundOf(text: string | undefined): number | null {
  if (text === undefined || text === '' || text === '0') return null;
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(text)) throw new SlackError('invalid_ts_oldest');
  return microsOf(text);
}

function turn(
  all: MessageRow[],
  args: Record<string, string>,
  isBehind: (row: MessageRow, at: number) => boolean,
): { page: MessageRow[]; next: string } {
  const limit = limitOf(args, 100, 999);
  const at = fromCursor(args['cursor']);
  const rest = at === null ? all : all.filter((row) => isBehind(row, Number(at)));
  const page = rest.slice(0, limit);
  const last = rest.length > page.length ? page.at(-1) : undefined;
  return { page, next: last ? toCursor(String(microsOf(last.ts))) : '' };
}
