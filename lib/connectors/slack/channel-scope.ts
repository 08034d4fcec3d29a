import { HubError, type JsonObject } from '#lib/core/index';
import { type ChannelScope, channelIdSchema, scopeSchema, tsSchema } from './schema.ts';

export function readScope(scope: JsonObject): ChannelScope {
  const read = scopeSchema.safeParse(scope);
  if (!read.success) throw new HubError('request.invalid', 'This is not a channel of Slack.');
  return read.data;
}

/** Only this one resource exists; a stream of another is a mistake of ours. */
export function assertMessages(resource: string): void {
  if (resource !== 'messages') {
    throw new HubError('request.invalid', 'Slack is read for messages only.');
  }
}

/** The channel and ts an external id is made of. */
export function readId(externalId: string): { channel: string; ts: string } {
  const [channel, ts, ...more] = externalId.split(':');
  const read = channelIdSchema.safeParse(channel);
  const time = tsSchema.safeParse(ts);
  if (!read.success || !time.success || more.length > 0) {
    throw new HubError('request.invalid', 'This is not a message of Slack.');
  }
  return { channel: read.data, ts: time.data };
}
