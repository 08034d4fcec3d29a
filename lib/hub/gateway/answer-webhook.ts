import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LimitedReceiver } from '../limit-receiver.ts';
import { send } from './send-answer.ts';

/**
 * What a refused sender may still send before its connection is cut: one that is cut with bytes under
 * way is reset, and never sees the answer. Nothing of it is kept; the time bounds it on a slow line.
 */
const discardBytes = 33_554_432;
const discardMs = 1_000;

/** Takes a webhook in without a word to the processes behind us. */
export async function answerWebhook(
  request: IncomingMessage,
  response: ServerResponse,
  target: { connector: string; endpointId: string; address: string },
  receiver: LimitedReceiver,
  isStopping: () => boolean,
): Promise<void> {
  const answer = await receiver.receive({
    method: request.method ?? '',
    ...target,
    search: /\?.*/s.exec(request.url ?? '')?.[0] ?? '',
    headers: request.headersDistinct,
    // Leaving a request's iterator half-way would cut the connection before the answer is out.
    body: request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
  });
  const isRead = request.readableEnded || (await discard(request));
  const connection = isRead && !isStopping() ? {} : { connection: 'close' };
  send(response, answer.status, { ...answer.headers, ...connection }, answer.body);
}

/** True when the rest of the body came to its end within the limits. */
function discard(request: IncomingMessage): Promise<boolean> {
  return new Promise((resolve) => {
    let bytes = 0;
    const finish = (isRead: boolean): void => {
      clearTimeout(timer);
      request.removeAllListeners('data');
      request.pause();
      resolve(isRead);
    };
    const timer = setTimeout(() => finish(false), discardMs);
    request.once('end', () => finish(true));
    request.once('close', () => finish(false));
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > discardBytes) finish(false);
    });
  });
}
