import type { z } from 'zod';
import {
  type Account,
  type ConnectorContext,
  type LookupItem,
  type ScopeOption,
  toStorableJson,
} from '#lib/connectors/protocol/index';
import { HubError, limits } from '#lib/core/index';
import { assertMessages } from './channel-scope.ts';
import { badAnswer } from './errors.ts';
import {
  channelSchema,
  channelsSchema,
  identitySchema,
  memberSchema,
  membersSchema,
} from './schema.ts';

/** Slack gives out at most 999 at once, and fewer the more there is to say of each. */
const channelsPerPage = 500;
const membersPerPage = 200;
const maxPages = 10;
const maxLookups = 1_000;
const maxTopicChars = 100;

type Channel = z.output<typeof channelSchema>;

/** The workspace (Slack: team) the app is installed in. */
export async function readAccount(ctx: ConnectorContext): Promise<Account> {
  const { team_id: id, team, url } = await readIdentity(ctx);
  return { id, name: toStorableJson(team), url: url ? toStorableJson(url) : null };
}

/** https://docs.slack.dev/reference/methods/auth.test */
async function readIdentity(ctx: ConnectorContext): Promise<z.infer<typeof identitySchema>> {
  const answer = await ctx.http.send({ method: 'GET', path: '/auth.test' });
  const read = identitySchema.safeParse(answer.json);
  if (!read.success) throw badAnswer('it names no workspace');
  return read.data;
}

/** Channels, those first that the app is in: only these can be read. */
export async function listScopes(ctx: ConnectorContext, resource: string): Promise<ScopeOption[]> {
  assertMessages(resource);
  const { url: teamUrl = null } = await readIdentity(ctx);
  const channels = await listChannels(ctx);
  return channels.slice(0, limits.pageRows).map((channel) => {
    const isMember = channel.is_member === true;
    return {
      key: channel.id,
      ...describeChannel(channel),
      scope: { channel: channel.id, ...(teamUrl ? { teamUrl } : {}) },
      canWrite: isMember,
      canHook: isMember,
      estimate: null,
    };
  });
}

function describeChannel(channel: Channel): { title: string; detail: string | null } {
  const facts = [
    channel.is_member === true ? null : 'the app is not in it: invite it first',
    channel.is_private === true ? 'private' : null,
    channel.topic?.value?.slice(0, maxTopicChars).toWellFormed() ?? null,
  ].filter((fact) => fact !== null && fact !== '');
  return {
    title: toStorableJson(`#${channel.name}`),
    detail: facts.length > 0 ? toStorableJson(facts.join(' · ')) : null,
  };
}

export async function lookup(ctx: ConnectorContext, name: string): Promise<LookupItem[]> {
  if (name === 'channels') {
    const channels = await listChannels(ctx);
    return channels.slice(0, maxLookups).map((channel) => {
      const { title, detail } = describeChannel(channel);
      return { id: channel.id, name: title, detail };
    });
  }
  if (name !== 'users') throw new HubError('request.invalid', `Slack has no list of ${name}.`);
  const members = await listMembers(ctx);
  return members
    .filter((member) => member.deleted !== true)
    .slice(0, maxLookups)
    .map((member) =>
      toStorableJson({ id: member.id, name: member.name, detail: member.real_name || null }),
    );
}

/**
 * https://docs.slack.dev/reference/methods/conversations.list — Slack sorts them by nothing. Those
 * the app is in come first: only these can be read and posted to.
 */
async function listChannels(ctx: ConnectorContext): Promise<Channel[]> {
  const channels = await collect(
    async (cursor) => {
      const answer = await ctx.http.send({
        method: 'GET',
        path: '/conversations.list',
        query: {
          types: 'public_channel,private_channel',
          exclude_archived: 'true',
          limit: channelsPerPage,
          cursor,
        },
      });
      const read = channelsSchema.safeParse(answer.json);
      if (!read.success) throw badAnswer('the list of channels is no list');
      return { items: read.data.channels, next: read.data.response_metadata?.next_cursor };
    },
    channelSchema,
    channelsPerPage * maxPages,
  );
  return channels
    .filter((channel) => channel.is_archived !== true)
    .sort(
      (a, b) =>
        Number(b.is_member === true) - Number(a.is_member === true) ||
        a.name.localeCompare(b.name, 'en'),
    );
}

/** https://docs.slack.dev/reference/methods/users.list */
const listMembers = (ctx: ConnectorContext) =>
  collect(
    async (cursor) => {
      const query = { limit: membersPerPage, cursor };
      const answer = await ctx.http.send({ method: 'GET', path: '/users.list', query });
      const read = membersSchema.safeParse(answer.json);
      if (!read.success) throw badAnswer('the list of people is no list');
      return { items: read.data.members, next: read.data.response_metadata?.next_cursor };
    },
    memberSchema,
    maxLookups,
  );

interface CursorPage {
  items: unknown[];
  next: string | null | undefined;
}

/** What cannot be read is left out of a choice. */
async function collect<T extends z.ZodType>(
  read: (cursor: string | undefined) => Promise<CursorPage>,
  schema: T,
  enough: number,
): Promise<z.output<T>[]> {
  const found: z.output<T>[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { items, next } = await read(cursor);
    for (const item of items) {
      const one = schema.safeParse(item);
      if (one.success) found.push(one.data);
    }
    if (!next || found.length >= enough) break;
    cursor = next;
  }
  return found;
}
