import { request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { Sent } from '../integration/webhooks/bad-requests.ts';

export interface WebhookAnswer {
  status: number;
  type: string;
  json: unknown;
}

/** By node:http: fetch refuses to send some of what must be refused. */
export function postWebhook(
  origin: string,
  endpointId: string,
  sent: Sent,
): Promise<WebhookAnswer> {
  const url = `${origin}/api/webhooks/${sent.connector ?? 'github'}/${endpointId}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers: sent.headers, agent: false });
    let isAnswered = false;
    outgoing.once('response', (answer) => {
      isAnswered = true;
      readText(answer).then(
        (text) =>
          resolve({
            status: answer.statusCode ?? 0,
            type: answer.headers['content-type'] ?? '',
            json: text === '' ? null : JSON.parse(text),
          }),
        reject,
      );
    });
    // A refusal may come before the body was taken; the answer counts then.
    outgoing.on('error', (error) => {
      if (!isAnswered) reject(error);
    });
    outgoing.end(sent.body);
  });
}
