import { createHash } from 'node:crypto';
import { StripeError } from './stripe-error.ts';
import { nowSeconds, type StripeWorld } from './world.ts';

const keptSeconds = 86_400;
const keyChars = 255;

export interface Answer {
  status: number;
  body: string;
  isReplayed: boolean;
}

/**
 * The same key again gets the first answer again, whatever it was; with other parameters it is a
 * mistake. What was refused for its form alone is not kept. https://docs.stripe.com/api/idempotent_requests
 */
export function withKeptAnswer(
  world: StripeWorld,
  asked: { secret: string; key: string | null; method: string; path: string; body: string },
  work: () => { status: number; body: string; isKept: boolean },
): Answer {
  const { key } = asked;
  if (key === null || asked.method !== 'POST') return { ...work(), isReplayed: false };
  if (key === '' || key.length > keyChars) {
    throw new StripeError(400, {
      type: 'idempotency_error',
      message: `Idempotency keys must be between 1 and ${keyChars} characters long.`,
    });
  }
  const { keptAnswers } = world.tables;
  const name = `${asked.secret}:${key}`;
  const fingerprint = createHash('sha256')
    .update(`${asked.method} ${asked.path}\n${asked.body}`)
    .digest('hex');
  const known = keptAnswers.findOneBy('key', name);
  if (known && known.kept_at_s + keptSeconds > nowSeconds(world)) {
    if (known.fingerprint !== fingerprint) {
      throw new StripeError(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    }
    return { status: known.status, body: known.body, isReplayed: true };
  }
  const { status, body, isKept } = work();
  if (known) keptAnswers.delete(known.id);
  if (isKept) {
    keptAnswers.insert({ key: name, fingerprint, status, body, kept_at_s: nowSeconds(world) });
  }
  return { status, body, isReplayed: false };
}
