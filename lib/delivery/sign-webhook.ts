import { createHmac } from 'node:crypto';

export interface WebhookMessage {
  /** Of the delivery; the same however often it is tried, so that a receiver can tell repeats. */
  id: string;
  /** Of this try. */
  sentAtMs: number;
  body: string;
}

/**
 * The headers of Standard Webhooks 1.0: every key signs `id.timestamp.body`, so that while a secret
 * is being replaced a receiver may hold either.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signWebhook(
  { id, sentAtMs, body }: WebhookMessage,
  keys: readonly Uint8Array[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(sentAtMs / 1_000));
  const signatures = keys.map(
    (key) =>
      `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
