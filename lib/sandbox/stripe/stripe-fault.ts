import { type FaultEffect, faultResponse } from '../faults.ts';

const messages: Record<number, { type: string; code?: string; message: string }> = {
  401: { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_test_****' },
  402: { type: 'card_error', code: 'card_declined', message: 'Your card was declined.' },
  403: {
    type: 'invalid_request_error',
    message: 'The provided key does not have the required permissions for this endpoint.',
  },
  404: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object' },
  409: {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: 'There is currently another in-progress request using this Idempotent Key.',
  },
  429: {
    type: 'invalid_request_error',
    code: 'rate_limit',
    message: 'Request rate limit exceeded.',
  },
};

/** The other 429: not too many calls, but one that stands in the way of another. */
const lockTimeout = {
  type: 'invalid_request_error',
  code: 'lock_timeout',
  message:
    'This object cannot be accessed right now because another API request or Stripe process is currently accessing it.',
};

/** A fault on purpose, in Stripe's words. */
export function stripeFault(effect: Extract<FaultEffect, { kind: 'status' }>): Response {
  const isLock = effect.body === 'secondary' && effect.status === 429;
  if (effect.body !== 'json' && !isLock) return faultResponse(effect);
  const said = isLock ? lockTimeout : messages[effect.status];
  const error = said ?? {
    type: 'api_error',
    message: 'An unknown error occurred.',
  };
  const { retryAfterSeconds: wait } = effect;
  return Response.json(
    { error },
    { status: effect.status, headers: wait === undefined ? {} : { 'retry-after': String(wait) } },
  );
}
