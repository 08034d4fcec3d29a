import { describe, expect, it } from 'vitest';
import { githubApi } from '#lib/connectors/github/api';
import type { HubError } from '#lib/core/index';

const date = 'Fri, 20 Nov 2026 12:00:00 GMT';
const atNoon = Date.parse(date);

function errorOf(status: number, body: unknown, headers: Record<string, string> = {}): HubError {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return githubApi.toError({ status, headers: new Headers({ date, ...headers }), text });
}
const message = (text: string) => ({ message: text, documentation_url: 'https://docs.github.com' });

describe('what an answer of GitHub means', () => {
  it.each([
    [401, message('Bad credentials'), 'provider.unauthorized', 'never'],
    [403, message('Must have admin rights to Repository.'), 'provider.forbidden', 'never'],
    [404, message('Not Found'), 'provider.not_found', 'never'],
    [410, message('This issue was deleted'), 'provider.gone', 'never'],
    [451, message('Repository access blocked'), 'provider.forbidden', 'never'],
    [409, message('Conflict'), 'provider.unavailable', 'later'],
    [400, message('Problems parsing JSON'), 'provider.refused', 'never'],
    [301, message('Moved Permanently'), 'provider.not_found', 'never'],
    [500, message('Server Error'), 'provider.unavailable', 'later'],
    [502, '<html>Unicorn!</html>', 'provider.unavailable', 'later'],
    [200, '<html>Sign in to the hotel</html>', 'provider.bad_answer', 'later'],
    [404, '<html>nginx</html>', 'provider.bad_answer', 'later'],
    [401, '<html>proxy</html>', 'provider.bad_answer', 'later'],
    [403, '', 'provider.bad_answer', 'later'],
    [404, '[]', 'provider.bad_answer', 'later'],
    [422, '{"message":', 'provider.bad_answer', 'later'],
  ])('%i %j is %s', (status, body, code, retry) => {
    expect(errorOf(status, body)).toMatchObject({ code, retry, details: { status } });
  });

  it.each([
    [
      'Retry-After in seconds',
      403,
      { 'retry-after': '30' },
      'You have exceeded a secondary rate limit',
      30_000,
    ],
    [
      'Retry-After as a date',
      429,
      { 'retry-after': 'Fri, 20 Nov 2026 12:02:00 GMT' },
      'x',
      120_000,
    ],
    [
      'the hour used up',
      403,
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(atNoon / 1000 + 600),
      },
      'API rate limit exceeded',
      600_000,
    ],
    [
      'a reset that has passed',
      429,
      {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(atNoon / 1000 - 5),
      },
      'x',
      1_000,
    ],
    [
      'a secondary limit without a time',
      403,
      { 'x-ratelimit-remaining': '41' },
      'You have exceeded a secondary rate limit.',
      60_000,
    ],
    ['a limit nobody can mean', 429, { 'retry-after': '9999999' }, 'x', 7_200_000],
  ])('%s: waits', (_what, status, headers, text, afterMs) => {
    expect(errorOf(status, message(text), headers)).toMatchObject({
      code: 'provider.rate_limited',
      retry: 'after',
      afterMs,
    });
  });

  it('reads a pause from a fault as well', () => {
    expect(errorOf(503, message('x'), { 'retry-after': '7' })).toMatchObject({
      code: 'provider.unavailable',
      retry: 'after',
      afterMs: 7_000,
    });
  });

  it('spells a refusal out for a person, field by field', () => {
    const refused = errorOf(422, {
      message: 'Validation Failed',
      errors: [
        { resource: 'Issue', field: 'title', code: 'missing_field' },
        { resource: 'Issue', field: 'assignees', code: 'invalid', value: 'secret' },
        {
          resource: 'Issue',
          field: 'state_reason',
          code: 'custom',
          message: 'state_reason is odd',
        },
        'and more',
      ],
    });
    expect(refused.code).toBe('provider.refused');
    expect(refused.message).toBe(
      'GitHub refused the change: title is missing; assignees is not valid; state_reason is odd; and more.',
    );
    expect(refused.details).toMatchObject({
      fields: [
        { field: 'title', message: 'is missing' },
        { field: 'assignees', message: 'is not valid' },
        { field: 'state', message: 'state_reason is odd' },
      ],
    });
  });

  it('says GitHub’s message when it names no field, and survives odd errors', () => {
    expect(errorOf(422, message('Validation Failed.')).message).toBe(
      'GitHub refused the change: Validation Failed.',
    );
    expect(errorOf(422, { message: 'No', errors: { a: 1 } })).toMatchObject({
      code: 'provider.refused',
      details: { fields: [] },
    });
  });

  it('never repeats a token or a page of HTML', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const error = errorOf(403, message(`Token ${token} and github_pat_11AAA_bbb are not allowed`));
    expect(`${error.message}${JSON.stringify(error.details)}`).not.toMatch(/ghp_|github_pat_/);
    expect(errorOf(200, `<p>${token}</p>`).message).not.toContain(token);
    expect(errorOf(403, message('x'.repeat(5_000))).message.length).toBeLessThan(400);
  });

  it('gives reasons that can be stored, whatever GitHub puts into them', () => {
    const odd = `a\u0000b ${'x'.repeat(294)}😀`;
    const error = errorOf(422, {
      ...message(odd),
      errors: [{ field: `ti\u0000tle${'😀'.repeat(60)}`, code: 'custom', message: odd }, odd],
    });
    const text = `${error.message}${JSON.stringify(error.details)}`;
    expect(text.replaceAll('\u0000', '\\u0000')).not.toMatch(/\\u0000|\\ud[89a-f]/);
    expect(text.isWellFormed()).toBe(true);
  });
});
