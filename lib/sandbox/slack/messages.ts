import { sendEvent } from './send-event.ts';
import { keyOf, repliesOf, showMessage, showStone } from './show-message.ts';
import { SlackError } from './slack-error.ts';
import type { ChannelRow, MessageRow, SlackWorld } from './world.ts';

/** chat.postMessage takes no more; longer texts are cut in parts there, and refused here. */
const textChars = 40_000;

interface Said {
  user: string;
  text: string;
  thread?: string | null;
  metadata?: Record<string, unknown> | null;
}

export function postMessage(world: SlackWorld, channel: ChannelRow, said: Said): MessageRow {
  checkOpen(channel);
  const text = checkText(said.text);
  const thread = said.thread ?? null;
  if (thread !== null && !world.tables.messages.findOneBy('key', keyOf(channel.key, thread))) {
    throw new SlackError('thread_not_found');
  }
  const ts = world.nextTs();
  const row = world.tables.messages.insert({
    key: keyOf(channel.key, ts),
    channel: channel.key,
    ts,
    user: said.user,
    text,
    thread,
    editedTs: null,
    reactions: [],
    metadata: said.metadata ?? null,
  });
  sendEvent(world, channel, { ...showMessage(world, row), ...around(channel), event_ts: ts });
  return row;
}

export function changeMessage(
  world: SlackWorld,
  channel: ChannelRow,
  row: MessageRow,
  change: { by: string; text: string },
): MessageRow {
  checkOpen(channel);
  if (row.user !== change.by || row.isStone) throw new SlackError('cant_update_message');
  const text = checkText(change.text);
  const before = showMessage(world, row);
  const ts = world.nextTs();
  // Slack times edits in whole seconds.
  const changed = world.tables.messages.update(row.id, {
    text,
    editedTs: `${ts.split('.')[0]}.000000`,
  });
  if (!changed) throw new SlackError('message_not_found');
  sendEvent(world, channel, {
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    ...around(channel),
    message: showMessage(world, changed),
    previous_message: before,
    ts,
    event_ts: ts,
  });
  return changed;
}

export function deleteMessage(
  world: SlackWorld,
  channel: ChannelRow,
  row: MessageRow,
  by: string,
): void {
  checkOpen(channel);
  if (row.user !== by || row.isStone) throw new SlackError('cant_delete_message');
  const before = showMessage(world, row);
  const ts = world.nextTs();
  if (repliesOf(world, row).length > 0) {
    world.tables.messages.update(row.id, { isStone: true, text: '', reactions: [] });
    sendEvent(world, channel, {
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      ...around(channel),
      message: showStone(world, row),
      previous_message: before,
      ts,
      event_ts: ts,
    });
    return;
  }
  world.tables.messages.delete(row.id);
  sendEvent(world, channel, {
    type: 'message',
    subtype: 'message_deleted',
    hidden: true,
    ...around(channel),
    deleted_ts: row.ts,
    previous_message: before,
    ts,
    event_ts: ts,
  });
}

/** Adds the reaction, or takes it away when this person has it there already. */
export function react(
  world: SlackWorld,
  channel: ChannelRow,
  row: MessageRow,
  reaction: { name: string; user: string },
): void {
  const { name, user } = reaction;
  if (!/^[a-z0-9_+'-]{1,60}$/.test(name)) throw new SlackError('invalid_name');
  const old = row.reactions.find((one) => one.name === name);
  const isThere = old?.users.includes(user) ?? false;
  const users = isThere
    ? (old?.users ?? []).filter((one) => one !== user)
    : [...(old?.users ?? []), user];
  const others = row.reactions.filter((one) => one.name !== name);
  const reactions = users.length > 0 ? [...others, { name, users }] : others;
  world.tables.messages.update(row.id, { reactions });
  sendEvent(world, channel, {
    type: isThere ? 'reaction_removed' : 'reaction_added',
    user,
    reaction: name,
    item: { type: 'message', channel: channel.key, ts: row.ts },
    item_user: row.user,
    event_ts: world.nextTs(),
  });
}

const around = (channel: ChannelRow): Record<string, string> => ({
  channel: channel.key,
  channel_type: channel.isPrivate ? 'group' : 'channel',
});

function checkOpen(channel: ChannelRow): void {
  if (channel.isArchived) throw new SlackError('is_archived');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Slack keeps &, < and > of plain text as entities; what is one already stays. */
function checkText(text: string): string {
  if (text.trim() === '') throw new SlackError('no_text');
  if (text.length > textChars) throw new SlackError('msg_too_long');
  return text.replace(
    /<(?:[@#!]|https?:|mailto:)[^<>]*>|[<>]|&(?!(?:amp|lt|gt);)/g,
    (mark) => entities[mark] ?? mark,
  );
}
