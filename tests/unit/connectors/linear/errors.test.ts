import { describe, expect, it } from 'vitest';
import { findFault, toError } from '#lib/connectors/linear/errors';

const body = (code: string, message: string, shown = message) => ({
  errors: [{ message, extensions: { code, type: code, userPresentableMessage: shown } }],
});
const answered = (status: number, json: unknown, headers: Record<string, string> = {}) =>
  toError({ status, headers: new Headers(headers), text: JSON.stringify(json) });

describe('a fault of Linear', () => {
  it.each([
    [401, 'AUTHENTICATION_ERROR', 'Authentication required', 'provider.unauthorized'],
    [200, 'AUTHENTICATION_ERROR', 'Authentication required', 'provider.unauthorized'],
    [200, 'FORBIDDEN', 'Invalid scope: `write` required', 'provider.forbidden'],
    [200, 'INPUT_ERROR', 'Entity not found: Issue', 'provider.not_found'],
    [200, 'INPUT_ERROR', 'Argument Validation Error', 'provider.refused'],
    [400, 'GRAPHQL_VALIDATION_FAILED', 'Cannot query field', 'provider.refused'],
    [400, 'RATELIMITED', 'Rate limit exceeded', 'provider.rate_limited'],
    [200, 'INTERNAL_SERVER_ERROR', 'Internal', 'provider.unavailable'],
    [200, 'LOCK_TIMEOUT', 'Lock timeout', 'provider.unavailable'],
    [502, 'WHATEVER', 'Bad gateway', 'provider.unavailable'],
  ])('%i %s “%s” means %s', (status, code, message, expected) => {
    const json = body(code, message);
    expect(answered(status, json).code).toBe(expected);
    // The same body is found in an answer that came with 200.
    expect(findFault({ status, headers: new Headers(), json })?.code).toBe(expected);
  });

  it('with 200 is found beside data, and a good answer has none', () => {
    const good = { data: { viewer: { id: 'x' } } };
    expect(findFault({ status: 200, headers: new Headers(), json: good })).toBeNull();
    const half = { ...good, ...body('FORBIDDEN', 'No') };
    expect(findFault({ status: 200, headers: new Headers(), json: half })?.code).toBe(
      'provider.forbidden',
    );
    for (const json of [null, [], 'x', { errors: [] }]) {
      expect(findFault({ status: 200, headers: new Headers(), json })).toBeNull();
    }
  });

  it('says how long to wait: the budget that is used up, by Linear’s own clock', () => {
    const date = 'Sun, 01 Feb 2026 08:00:00 GMT';
    const resetMs = Date.parse(date) + 90_000;
    const headers = {
      date,
      'x-ratelimit-requests-remaining': '17',
      'x-ratelimit-requests-reset': String(resetMs + 999_000),
      'x-ratelimit-complexity-remaining': '0',
      'x-ratelimit-complexity-reset': String(resetMs),
    };
    const limited = body('RATELIMITED', 'Rate limit exceeded');
    expect(answered(400, limited, headers)).toMatchObject({ retry: 'after', afterMs: 90_000 });
    expect(answered(400, limited)).toMatchObject({ retry: 'after', afterMs: 60_000 });
    expect(answered(400, limited, { 'retry-after': '7' })).toMatchObject({ afterMs: 7_000 });
  });

  it('names the field it is about, in our words', () => {
    const json = body('INPUT_ERROR', 'Argument Validation Error', 'dueDate must be a date.');
    expect(answered(200, json).details).toMatchObject({
      fields: [{ field: 'due_on', message: 'must be a date.' }],
    });
  });

  it('in another’s words is no answer of Linear’s, and a token in it is not passed on', () => {
    const page = { status: 404, headers: new Headers(), text: '<h1>Not found</h1>' };
    expect(toError(page)).toMatchObject({ code: 'provider.bad_answer', retry: 'later' });
    expect(toError({ ...page, status: 401 }).code).toBe('provider.bad_answer');
    expect(toError({ ...page, status: 503 }).code).toBe('provider.unavailable');
    const echo = body('INPUT_ERROR', 'No', `lin_oauth_${'a'.repeat(64)} is bad`);
    expect(answered(200, echo).message).toContain('[removed]');
  });
});
