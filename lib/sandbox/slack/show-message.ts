import { type MessageRow, microsOf, type SlackWorld, team } from './world.ts';

export const keyOf = (channel: string, ts: string): string => `${channel}:${ts}`;

/** https://docs.slack.dev/reference/events/message — as history and events show it. */
export function showMessage(world: SlackWorld, row: MessageRow): Record<string, unknown> {
  if (row.isStone) return showStone(world, row);
  const { tables } = world;
  const bot = tables.apps.all().find((app) => app.botUser === row.user);
  const replies = row.thread === null ? repliesOf(world, row) : [];
  const editedTs = row.editedTs;
  return {
    type: 'message',
    user: row.user,
    ts: row.ts,
    text: row.text,
    team: team.id,
    ...(bot
      ? {
          bot_id: bot.botId,
          app_id: bot.appId,
          bot_profile: { id: bot.botId, app_id: bot.appId, name: nameOfApp(world, bot.clientId) },
        }
      : {}),
    ...(editedTs === null ? {} : { edited: { user: row.user, ts: editedTs } }),
    ...(row.thread === null ? {} : { thread_ts: row.thread, parent_user_id: parentOf(world, row) }),
    ...(replies.length > 0
      ? {
          thread_ts: row.ts,
          reply_count: replies.length,
          latest_reply: replies.at(-1)?.ts,
          reply_users: [...new Set(replies.map((reply) => reply.user))],
        }
      : {}),
    ...(row.reactions.length > 0
      ? {
          reactions: row.reactions.map(({ name, users }) => ({ name, users, count: users.length })),
        }
      : {}),
  };
}

/** What is left of a message that was deleted and has replies. */
export const showStone = (world: SlackWorld, row: MessageRow): Record<string, unknown> => ({
  type: 'message',
  subtype: 'tombstone',
  user: 'USLACKBOT',
  hidden: true,
  text: 'This message was deleted.',
  ts: row.ts,
  thread_ts: row.ts,
  reply_count: repliesOf(world, row).length,
});

const nameOfApp = (world: SlackWorld, clientId: string): string =>
  world.registered.find((app) => app.clientId === clientId)?.name ?? 'app';

const parentOf = (world: SlackWorld, row: MessageRow): string | undefined =>
  world.tables.messages.findOneBy('key', keyOf(row.channel, row.thread ?? ''))?.user;

export const repliesOf = (world: SlackWorld, row: MessageRow): MessageRow[] =>
  world.tables.messages
    .findBy('channel', row.channel)
    .filter((other) => other.thread === row.ts)
    .sort((a, b) => microsOf(a.ts) - microsOf(b.ts));
