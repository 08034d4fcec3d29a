import { describe, expect, it } from 'vitest';
import { stripeApi } from '#lib/connectors/stripe/api';

const answer = (status: number, error: unknown, headers: Record<string, string> = {}) =>
  stripeApi.toError({
    status,
    headers: new Headers(headers),
    text: JSON.stringify({ error }),
  });
const invalid = (more: object) => ({ type: 'invalid_request_error', ...more });

describe('what an answer of Stripe means', () => {
  it.each([
    [
      401,
      invalid({ message: 'Invalid API Key provided: sk_test_****abcd' }),
      'provider.unauthorized',
      'never',
    ],
    [
      401,
      invalid({ code: 'api_key_expired', message: 'Expired API Key' }),
      'provider.unauthorized',
      'never',
    ],
    [
      402,
      { type: 'card_error', code: 'card_declined', message: 'Your card was declined.' },
      'provider.refused',
      'never',
    ],
    [
      403,
      invalid({ message: 'The provided key does not have the required permissions' }),
      'provider.forbidden',
      'never',
    ],
    [
      404,
      invalid({ code: 'resource_missing', message: "No such customer: 'cus_1'", param: 'id' }),
      'provider.not_found',
      'never',
    ],
    [
      400,
      invalid({
        code: 'resource_missing',
        message: "No such customer: 'cus_1'",
        param: 'starting_after',
      }),
      'provider.not_found',
      'never',
    ],
    [
      400,
      invalid({
        code: 'parameter_unknown',
        message: 'Received unknown parameter: emails',
        param: 'emails',
      }),
      'provider.refused',
      'never',
    ],
    [
      400,
      {
        type: 'idempotency_error',
        message: 'Keys for idempotent requests can only be used with the same parameters',
      },
      'provider.refused',
      'never',
    ],
    [
      409,
      {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: 'There is currently another in-progress request',
      },
      'provider.unavailable',
      'after',
    ],
    [
      424,
      { type: 'api_error', message: 'External dependency failed' },
      'provider.unavailable',
      'later',
    ],
    [
      429,
      invalid({ code: 'rate_limit', message: 'Request rate limit exceeded' }),
      'provider.rate_limited',
      'after',
    ],
    [
      429,
      invalid({ code: 'lock_timeout', message: 'This object cannot be accessed right now' }),
      'provider.unavailable',
      'after',
    ],
    [500, { type: 'api_error', message: 'Something went wrong' }, 'provider.unavailable', 'later'],
  ] as const)('%i %j is %s', (status, error, code, retry) => {
    expect(answer(status, error)).toMatchObject({ code, retry });
  });

  it('a key of the other mode sees nothing, which is no deletion', () => {
    const message =
      "No such customer: 'cus_1'; a similar object exists in live mode, but a test mode key was used to make this request.";
    const error = answer(404, invalid({ code: 'resource_missing', message, param: 'id' }));
    expect(error.code).toBe('provider.forbidden');
  });

  it('a refusal names our field, not Stripe’s parameter', () => {
    const error = answer(
      400,
      invalid({ code: 'email_invalid', message: 'Invalid email address: x', param: 'email' }),
    );
    expect(error.details?.['fields']).toEqual([
      { field: 'emails', message: 'Invalid email address: x' },
    ]);
  });

  it('waits as long as it is told', () => {
    const error = answer(429, invalid({ code: 'rate_limit' }), { 'retry-after': '7' });
    expect(error).toMatchObject({ retry: 'after', afterMs: 7_000 });
  });

  it.each([
    ['<html>Bad gateway</html>', 404, 'provider.bad_answer'],
    ['', 401, 'provider.bad_answer'],
    ['{"error":"text"}', 403, 'provider.bad_answer'],
    ['<html></html>', 502, 'provider.unavailable'],
  ])('what is not Stripe’s own (%j) is not believed', (text, status, code) => {
    expect(stripeApi.toError({ status, headers: new Headers(), text }).code).toBe(code);
  });

  it('repeats no key', () => {
    const error = answer(401, invalid({ message: 'Invalid API Key provided: sk_test_51H8abcDEF' }));
    expect(error.message).not.toContain('51H8');
  });
});
