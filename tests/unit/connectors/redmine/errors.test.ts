import { describe, expect, it } from 'vitest';
import { refusedFields, toError } from '#lib/connectors/redmine/errors';

const errorOf = (status: number, text = '', headers = {}) =>
  toError({ status, text, headers: new Headers(headers) });

describe('what an answer of Redmine means', () => {
  it.each([
    [401, '', 'provider.unauthorized'],
    [403, '', 'provider.forbidden'],
    [403, '<html>', 'provider.forbidden'],
    [404, ' ', 'provider.not_found'],
    [404, '<html>not here</html>', 'provider.bad_answer'],
    [409, '', 'provider.unavailable'],
    [412, '', 'provider.forbidden'],
    [413, '{"errors":["File is too big"]}', 'provider.refused'],
    [422, '{"errors":["Subject cannot be blank"]}', 'provider.refused'],
    [429, 'slow down', 'provider.rate_limited'],
    [302, '', 'provider.bad_answer'],
    [500, '{"status":500}', 'provider.unavailable'],
    [502, '<html>', 'provider.unavailable'],
  ])('%i with %j is %s', (status, text, code) => {
    expect(errorOf(status, text).code).toBe(code);
  });

  it('waits as long as it is asked to', () => {
    expect(errorOf(429, '', { 'retry-after': '7' })).toMatchObject({
      retry: 'after',
      afterMs: 7_000,
    });
    expect(errorOf(429).afterMs).toBe(60_000);
    expect(errorOf(503, '', { 'retry-after': '2' })).toMatchObject({
      retry: 'after',
      afterMs: 2_000,
    });
    expect(errorOf(503).retry).toBe('later');
  });

  it('says why a change was refused', () => {
    const text = JSON.stringify({ errors: ['Subject cannot be blank', 'Priority\u0000 is odd.'] });
    expect(errorOf(422, text).message).toBe(
      'Redmine refused the change: Subject cannot be blank; Priority is odd.',
    );
  });
});

describe('the field a refusal is about', () => {
  it('is known by the English name at the beginning', () => {
    expect(
      refusedFields(['Due date must be greater than start date'], ['title', 'due_on']),
    ).toEqual([{ field: 'due_on', message: 'must be greater than start date' }]);
  });

  it('is each of those sent, when it is said in another language', () => {
    expect(refusedFields(['Thema muss ausgefüllt werden'], ['title', 'body'])).toEqual([
      { field: 'title', message: 'was refused: Thema muss ausgefüllt werden' },
      { field: 'body', message: 'was refused: Thema muss ausgefüllt werden' },
    ]);
  });
});
