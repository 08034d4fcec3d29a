import type {
  ConnectorContext,
  RemoteObject,
  RemoteRef,
  WriteResult,
} from '#lib/connectors/protocol/index';
import { HubError, isHubError, type JsonObject } from '#lib/core/index';
import { assertMessages, readId, readScope } from './channel-scope.ts';
import { badAnswer, refuse } from './errors.ts';
import { fromMessage } from './map.ts';
import { readHistory, readReplies } from './read-history.ts';
import { tsSchema } from './schema.ts';

/**
 * One message: of the channel, or of its thread. It is gone when the channel can be read and does not
 * show it; a channel that cannot be read is an error.
 */
export async function readMessage(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
): Promise<RemoteObject | null> {
  assertMessages(resource);
  const { channel, ts } = readId(ref.externalId);
  const scope = { ...readScope({ channel, ...ref.scope }), channel };
  const only = { oldest: ts, latest: ts, inclusive: 'true', limit: 1 };
  const thread = tsSchema.safeParse(ref.externalKey).data;
  const items = thread
    ? await inThread(() => readReplies(ctx, scope, thread, { ...only, limit: 2 }))
    : (await readHistory(ctx, scope, only)).items;
  for (const item of items) {
    const mapped = fromMessage(item, scope, { isWhole: true });
    if (mapped.is === 'fault' && mapped.fault.externalId === ref.externalId) {
      throw badAnswer(mapped.fault.message);
    }
    if (mapped.is === 'object' && mapped.object.externalId === ref.externalId) return mapped.object;
  }
  return null;
}

/** A thread whose first message is gone has no replies either. */
async function inThread(read: () => Promise<{ items: unknown[] }>): Promise<unknown[]> {
  try {
    return (await read()).items;
  } catch (error) {
    if (isHubError(error) && error.details?.['reason'] === 'thread_not_found') return [];
    throw error;
  }
}

/**
 * https://docs.slack.dev/reference/methods/chat.update — twice the same text is the same message, so
 * the call may be repeated. Its answer shows half a message; the whole one is read.
 */
export async function updateMessage(
  ctx: ConnectorContext,
  resource: string,
  ref: RemoteRef,
  fields: JsonObject,
): Promise<WriteResult> {
  assertMessages(resource);
  const { channel, ts } = readId(ref.externalId);
  const text = readText(fields);
  await ctx.http.send({
    method: 'POST',
    path: '/chat.update',
    form: { channel, ts, text },
    isIdempotent: true,
  });
  const object = await readMessage(ctx, resource, ref);
  if (!object) throw new HubError('provider.not_found', 'The message is gone in Slack.');
  return { object, ignored: [] };
}

function readText(fields: JsonObject): string {
  const other = Object.keys(fields).find((field) => field !== 'body');
  if (other !== undefined) {
    throw refuse([{ field: other, message: 'cannot be written in Slack' }]);
  }
  const body = fields['body'];
  if (typeof body !== 'string' || body.trim() === '') {
    throw refuse([{ field: 'body', message: 'may not be empty in Slack' }]);
  }
  return body;
}

/** https://docs.slack.dev/reference/methods/auth.revoke */
export async function revoke(ctx: ConnectorContext): Promise<'revoked' | 'already_invalid'> {
  try {
    await ctx.http.send({ method: 'POST', path: '/auth.revoke', form: {}, isIdempotent: true });
    return 'revoked';
  } catch (error) {
    if (isHubError(error) && error.code === 'provider.unauthorized') return 'already_invalid';
    throw error;
  }
}
