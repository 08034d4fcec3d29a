import { z } from 'zod';
import { limits } from '#lib/core/index';
import { foreignId, link, moment, personSchema, textSet } from './shapes.ts';

/**
 * A message in a channel (chat, mail). `channel` and `thread` are the service's own ids, `thread` that
 * of the first message of the thread, null outside one. A reaction is "name:login", one per person.
 */
export const messageDataSchema = z.object({
  body: z.string().max(limits.bodyChars).nullable(),
  author: personSchema.nullable(),
  channel: foreignId.nullable(),
  thread: foreignId.nullable(),
  sent_at: moment.nullable(),
  edited_at: moment.nullable(),
  reactions: textSet,
  url: link,
});
export type MessageData = z.infer<typeof messageDataSchema>;
