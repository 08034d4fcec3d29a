import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type postgres from 'postgres';
import { z } from 'zod';
import { realtimeLimits } from './limits.ts';

const name = z.string().min(1).max(realtimeLimits.nameBytes);
const body = z.object({
  messages: z
    .array(
      z.object({
        topic: name,
        event: name,
        payload: z.record(z.string(), z.unknown()),
        private: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(realtimeLimits.broadcastMessages),
});
type Message = z.infer<typeof body>['messages'][number];

const single = /^\/realtime\/v1\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/;

/** Constant time; keys of another length are unequal. */
export function sameKey(given: string | undefined, expected: string): boolean {
  const left = Buffer.from(given ?? '');
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * `POST /realtime/v1/api/broadcast` and `…/broadcast/{topic}/events/{event}?private=true`, for the
 * secret key alone: rows of realtime.messages, answered with 202 once they are committed.
 */
export async function answerBroadcast(
  request: IncomingMessage,
  response: ServerResponse,
  options: { sql: postgres.Sql; secretKey: string },
): Promise<void> {
  const answer = (status: number, message?: string): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(message === undefined ? '' : JSON.stringify({ message }));
  };
  const url = new URL(request.url ?? '/', 'http://localhost');
  const key = request.headers['apikey'] ?? url.searchParams.get('apikey') ?? undefined;
  if (request.method !== 'POST') return answer(405, 'Use POST');
  if (!sameKey(typeof key === 'string' ? key : undefined, options.secretKey)) {
    return answer(401, 'Only the secret key may broadcast');
  }
  const text = await readBody(request);
  if (text === undefined) return answer(413, 'The body is too large');
  const messages = parseMessages(url, text);
  if (messages === undefined) return answer(422, 'The messages are malformed');
  if (messages.some((message) => message.private !== true)) {
    return answer(422, 'This server only has private channels');
  }
  await options.sql`
    insert into realtime.messages (topic, event, payload, private, extension)
    select m.topic, m.event, m.payload, true, 'broadcast'
    from jsonb_to_recordset(${JSON.stringify(messages)}::text::jsonb)
      as m (topic text, event text, payload jsonb)`;
  return answer(202);
}

function parseMessages(url: URL, text: string): Message[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const [, topic, event] = single.exec(url.pathname) ?? [];
  if (topic === undefined || event === undefined) return body.safeParse(value).data?.messages;
  const message = {
    topic: decodeURIComponent(topic),
    event: decodeURIComponent(event),
    payload: value,
    private: url.searchParams.get('private') === 'true',
  };
  return body.safeParse({ messages: [message] }).data?.messages;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > realtimeLimits.frameBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
