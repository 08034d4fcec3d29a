import { z } from 'zod';
import type { Announcement, ConnectorContext } from '#lib/connectors/protocol/index';
import { isHubError } from '#lib/core/index';
import { readScope } from './channel-scope.ts';
import { badAnswer } from './errors.ts';
import { readHistory } from './read-history.ts';
import { type ChannelScope, tsSchema } from './schema.ts';

/** By it a message of ours is known again: https://docs.slack.dev/messaging/message-metadata */
const eventType = 'patchbay_delivery';
const oursSchema = z.looseObject({
  ts: tsSchema,
  metadata: z.looseObject({
    event_type: z.literal(eventType),
    event_payload: z.looseObject({ key: z.string() }),
  }),
});
const postedSchema = z.looseObject({ ts: tsSchema });
/** A channel that said more since then is not looked through any further. */
const maxPages = 5;
/** Slack's clock may be behind ours. */
const marginSeconds = 60;

/**
 * https://docs.slack.dev/reference/methods/chat.postMessage — Slack has no idempotency key. The
 * message carries ours, and where a call may have arrived the channel is read for it.
 */
export async function announce(
  ctx: ConnectorContext,
  { place, text, key, maybeSince }: Announcement,
): Promise<{ id: string }> {
  const scope = readScope({ channel: place });
  if (maybeSince !== null) {
    const found = await findOurs(ctx, scope, key, maybeSince);
    if (found) return { id: found };
  }
  const startedAt = new Date().toISOString();
  try {
    return { id: await post(ctx, scope, text, key) };
  } catch (error) {
    if (!isHubError(error) || error.details?.['sent'] !== true) throw error;
    const found = await findOurs(ctx, scope, key, startedAt);
    if (found) return { id: found };
    throw error;
  }
}

async function post(
  ctx: ConnectorContext,
  { channel }: ChannelScope,
  text: string,
  key: string,
): Promise<string> {
  const answer = await ctx.http.send({
    method: 'POST',
    path: '/chat.postMessage',
    form: {
      channel,
      text,
      unfurl_links: 'false',
      unfurl_media: 'false',
      metadata: JSON.stringify({ event_type: eventType, event_payload: { key } }),
    },
  });
  const posted = postedSchema.safeParse(answer.json);
  if (!posted.success) throw badAnswer('it does not name the message');
  return `${channel}:${posted.data.ts}`;
}

async function findOurs(
  ctx: ConnectorContext,
  scope: ChannelScope,
  key: string,
  since: string,
): Promise<string | null> {
  const oldest = `${Math.floor(Date.parse(since) / 1_000) - marginSeconds}.000000`;
  let cursor: string | null | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { items, next } = await readHistory(ctx, scope, {
      oldest,
      include_all_metadata: 'true',
      ...(cursor ? { cursor } : {}),
    });
    for (const item of items) {
      const ours = oursSchema.safeParse(item).data;
      if (ours?.metadata.event_payload.key === key) return `${scope.channel}:${ours.ts}`;
    }
    if (next === null) return null;
    cursor = next;
  }
  return null;
}
