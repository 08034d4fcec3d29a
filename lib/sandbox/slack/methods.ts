import {
  fromCursor,
  limitOf,
  type Method,
  requireChannel,
  requireMessage,
  requireScope,
  toCursor,
} from './call.ts';
import {
  joinConversation,
  listConversations,
  readHistory,
  readReplies,
  showConversation,
} from './conversations.ts';
import { changeMessage, deleteMessage, postMessage, react } from './messages.ts';
import { showMessage } from './show-message.ts';
import { SlackError } from './slack-error.ts';
import { type PersonRow, team } from './world.ts';

const testAuth: Method = ({ world, app }) => ({
  url: `${world.pagesUrl}/`,
  team: team.name,
  user: world.tables.people.findOneBy('key', app.botUser)?.name,
  team_id: team.id,
  user_id: app.botUser,
  bot_id: app.botId,
  is_enterprise_install: false,
});

const revokeAuth: Method = ({ world, token, args }) => {
  if (args['test'] === 'true') return { revoked: false };
  world.tables.tokens.update(token.id, { revoked: true });
  return { revoked: true };
};

const listUsers: Method = (call) => {
  requireScope(call, 'users:read');
  const { world, args } = call;
  const after = Number(fromCursor(args['cursor']) ?? 0);
  const all = world.tables.people.all().filter((person) => person.id > after);
  const page = all.slice(0, limitOf(args, 100, 999));
  const last = all.length > page.length ? page.at(-1) : undefined;
  return {
    members: page.map(showPerson),
    response_metadata: { next_cursor: last ? toCursor(String(last.id)) : '' },
  };
};

const showUser: Method = (call) => {
  requireScope(call, 'users:read');
  const person = call.world.tables.people.findOneBy('key', call.args['user'] ?? '');
  if (!person) throw new SlackError('user_not_found');
  return { user: showPerson(person) };
};

const showPerson = (person: PersonRow): Record<string, unknown> => ({
  id: person.key,
  team_id: team.id,
  name: person.name,
  real_name: person.realName,
  deleted: false,
  is_bot: person.clientId !== null,
  profile: { real_name: person.realName, display_name: person.name },
});

const post: Method = (call) => {
  requireScope(call, 'chat:write');
  const { world, args, app } = call;
  const channel = requireChannel(call);
  if (!channel.members.includes(app.botUser)) throw new SlackError('not_in_channel');
  const row = postMessage(world, channel, {
    user: app.botUser,
    text: args['text'] ?? '',
    thread: args['thread_ts'] ?? null,
    metadata: readMetadata(args['metadata']),
  });
  return { channel: channel.key, ts: row.ts, message: showMessage(world, row) };
};

/** https://docs.slack.dev/messaging/message-metadata: JSON with a type and a flat payload. */
function readMetadata(text: string | undefined): Record<string, unknown> | null {
  if (text === undefined) return null;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new SlackError('invalid_metadata_format');
  }
  if (typeof read !== 'object' || read === null || !('event_type' in read)) {
    throw new SlackError('invalid_metadata_schema');
  }
  return Object.fromEntries(Object.entries(read));
}

/** The answer shows the text and who wrote it, and not the rest of the message. */
const update: Method = (call) => {
  requireScope(call, 'chat:write');
  const { world, args, app } = call;
  const channel = requireChannel(call);
  const row = requireMessage(call, channel);
  const by = { by: app.botUser, text: args['text'] ?? '' };
  const { ts, text, user } = changeMessage(world, channel, row, by);
  return { channel: channel.key, ts, text, message: { type: 'message', text, user } };
};

const remove: Method = (call) => {
  requireScope(call, 'chat:write');
  const channel = requireChannel(call);
  const row = requireMessage(call, channel);
  deleteMessage(call.world, channel, row, call.app.botUser);
  return { channel: channel.key, ts: row.ts };
};

const addReaction: Method = (call) => {
  requireScope(call, 'reactions:write');
  const { world, args, app } = call;
  const channel = requireChannel(call);
  const row = requireMessage({ ...call, args: { ...args, ts: args['timestamp'] ?? '' } }, channel);
  const name = args['name'] ?? '';
  const old = row.reactions.find((one) => one.name === name);
  if (old?.users.includes(app.botUser)) throw new SlackError('already_reacted');
  react(world, channel, row, { name, user: app.botUser });
  return {};
};

/** What this sandbox knows of the Web API. */
export const methods: Readonly<Record<string, Method>> = {
  'auth.test': testAuth,
  'auth.revoke': revokeAuth,
  'users.list': listUsers,
  'users.info': showUser,
  'conversations.list': listConversations,
  'conversations.info': showConversation,
  'conversations.join': joinConversation,
  'conversations.history': readHistory,
  'conversations.replies': readReplies,
  'chat.postMessage': post,
  'chat.update': update,
  'chat.delete': remove,
  'reactions.add': addReaction,
};
