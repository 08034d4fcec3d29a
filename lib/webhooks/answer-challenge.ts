import type { WebhookChallenge } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import type { WebhookAnswer } from './answer.ts';
import { atPath } from './at-path.ts';

/** Longer challenges are none; ours is then not to echo. */
const challengeChars = 1_000;

/** What a provider that only asks whether we are there gets back; null for an ordinary delivery. */
export function answerChallenge(
  challenge: WebhookChallenge | null,
  body: JsonObject,
): WebhookAnswer | null {
  if (!challenge || atPath(body, challenge.when.path) !== challenge.when.equals) return null;
  const { answer } = challenge;
  const text = atPath(body, answer.path);
  if (typeof text !== 'string' || text.length > challengeChars) return null;
  const isJson = answer.as === 'json';
  return {
    status: 200,
    headers: {
      'content-type': isJson ? 'application/json' : 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: isJson ? JSON.stringify({ [answer.key]: text }) : text,
  };
}
