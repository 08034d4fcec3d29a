import { describe, expect, it } from 'vitest';
import { slackApi } from '#lib/connectors/slack/api';

const fault = (json: unknown, headers: Record<string, string> = {}) =>
  slackApi.findFault({ status: 200, headers: new Headers(headers), json });

describe('an answer of 200', () => {
  it('that says ok is one', () => {
    expect(fault({ ok: true, channel: {} })).toBeNull();
  });

  it.each([
    ['invalid_auth', 'provider.unauthorized', 'never'],
    ['token_revoked', 'provider.unauthorized', 'never'],
    ['token_expired', 'provider.unauthorized', 'never'],
    ['account_inactive', 'provider.unauthorized', 'never'],
    ['missing_scope', 'provider.forbidden', 'never'],
    ['not_in_channel', 'provider.forbidden', 'never'],
    ['channel_not_found', 'provider.not_found', 'never'],
    ['thread_not_found', 'provider.not_found', 'never'],
    ['cant_update_message', 'provider.refused', 'never'],
    ['msg_too_long', 'provider.refused', 'never'],
    ['ratelimited', 'provider.rate_limited', 'after'],
    ['internal_error', 'provider.unavailable', 'later'],
    ['something_new', 'provider.refused', 'never'],
  ])('%s is %s', (error, code, retry) => {
    expect(fault({ ok: false, error })).toMatchObject({ code, retry });
  });

  it('a refusal of the text names the field', () => {
    expect(fault({ ok: false, error: 'cant_update_message' })?.details?.['fields']).toEqual([
      { field: 'body', message: 'can be changed only in messages the app itself has posted' },
    ]);
  });

  it.each([[null], ['<html>'], [[]], [{ message: 'hello' }]])('%j makes no sense', (json) => {
    expect(fault(json)).toMatchObject({ code: 'provider.bad_answer', retry: 'later' });
  });

  it('a name that is none goes nowhere', () => {
    const error = fault({ ok: false, error: '<script>xoxb-1' });
    expect(error?.message).not.toContain('<');
  });
});

describe('any other answer', () => {
  const toError = (status: number, text: string, headers: Record<string, string> = {}) =>
    slackApi.toError({ status, text, headers: new Headers(headers) });

  it('429 waits as long as it says, or half a minute', () => {
    const limited = toError(429, '{"ok":false,"error":"ratelimited"}', { 'retry-after': '12' });
    expect(limited).toMatchObject({ code: 'provider.rate_limited', afterMs: 12_000 });
    expect(toError(429, '')).toMatchObject({ retry: 'after', afterMs: 30_000 });
  });

  it.each([
    [500, '<html>', 'provider.unavailable'],
    [503, '{"ok":false,"error":"service_unavailable"}', 'provider.unavailable'],
    [404, '<html>', 'provider.bad_answer'],
    [401, '{"ok":false,"error":"invalid_auth"}', 'provider.unauthorized'],
    [302, '{"ok":true}', 'provider.bad_answer'],
  ])('%i %j is %s', (status, text, code) => {
    expect(toError(status, text).code).toBe(code);
  });
});
