import { z } from 'zod';
import { limits } from '#lib/core/index';

/**
 * What is read of Slack's objects: no more than the mapping needs, every other key passes through.
 * A `ts` names a message within its channel and is its time, in microseconds.
 */
export const tsSchema = z.string().regex(/^\d{1,12}\.\d{6}$/);
export const channelIdSchema = z.string().regex(/^[CGD][A-Z0-9]{1,30}$/);
const id = z.string().min(1).max(200);

/** https://docs.slack.dev/reference/events/message */
export const messageSchema = z.looseObject({
  ts: tsSchema,
  subtype: z.string().nullish(),
  text: z.string().max(limits.bodyChars).nullish(),
  user: id.nullish(),
  bot_id: id.nullish(),
  username: z.string().max(200).nullish(),
  bot_profile: z
    .looseObject({ name: z.string().max(200).nullish() })
    .nullish()
    .catch(null),
  thread_ts: tsSchema.nullish(),
  edited: z.looseObject({ ts: tsSchema }).nullish(),
  reply_count: z.number().int().nonnegative().nullish(),
  reactions: z
    .array(z.looseObject({ name: z.string().min(1).max(100), users: z.array(id).nullish() }))
    .nullish(),
});
export type Message = z.infer<typeof messageSchema>;

const next = z.looseObject({ next_cursor: z.string().max(1_000).nullish() }).nullish();

/** conversations.history and conversations.replies */
export const historySchema = z.looseObject({
  messages: z.array(z.unknown()),
  has_more: z.boolean().nullish(),
  response_metadata: next,
});

export const channelSchema = z.looseObject({
  id: channelIdSchema,
  name: z.string().min(1).max(200),
  is_archived: z.boolean().nullish(),
  is_member: z.boolean().nullish(),
  is_private: z.boolean().nullish(),
  num_members: z.number().int().nonnegative().nullish(),
  topic: z.looseObject({ value: z.string().nullish() }).nullish().catch(null),
});
export const channelsSchema = z.looseObject({
  channels: z.array(z.unknown()),
  response_metadata: next,
});

export const memberSchema = z.looseObject({
  id,
  name: z.string().min(1).max(200),
  deleted: z.boolean().nullish(),
  real_name: z.string().max(500).nullish(),
});
export const membersSchema = z.looseObject({
  members: z.array(z.unknown()),
  response_metadata: next,
});

/** https://docs.slack.dev/reference/methods/auth.test */
export const identitySchema = z.looseObject({
  url: z.string().max(1_000).nullish(),
  team: z.string().min(1).max(200),
  team_id: z.string().regex(/^[TE][A-Z0-9]{1,30}$/),
});

/** https://docs.slack.dev/apis/events-api#event-type-structure */
export const callbackSchema = z.looseObject({
  type: z.literal('event_callback'),
  team_id: z.string().max(40).nullish(),
  event: z.looseObject({ type: z.string().max(100) }),
});

export const messageEventSchema = z.looseObject({
  channel: channelIdSchema,
  subtype: z.string().nullish(),
  event_ts: tsSchema.nullish(),
  deleted_ts: tsSchema.nullish(),
  message: z.unknown().optional(),
});

export const reactionEventSchema = z.looseObject({
  reaction: z.string().max(100),
  item: z.looseObject({ type: z.string(), channel: channelIdSchema, ts: tsSchema }),
});

/** `teamUrl` leads to the workspace's pages. */
export const scopeSchema = z.object({
  channel: channelIdSchema,
  teamUrl: z.string().max(1_000).nullish(),
});
export type ChannelScope = z.infer<typeof scopeSchema>;
