import { describe, expect, it } from 'vitest';
import { readAnswerRates } from '#lib/resilience/index';

const answer = (status: number, retryAfter?: string) => ({
  status,
  headers: new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
});
const waitOf = (status: number, retryAfter?: string) =>
  readAnswerRates(answer(status, retryAfter), 0).retryInMs;

describe('how long an answer silences the whole account', () => {
  it.each([
    ['a success not at all', 202, '3600', null],
    ['a redirect not at all', 303, '3600', null],
    ['a call too many as long as it says', 429, '3600', 3_600_000],
    ['a fault as long as it says, when that is short', 503, '20', 20_000],
    ['a fault for a minute at most', 503, '86400', 60_000],
    ['a fault that says nothing not at all', 500, undefined, null],
  ])('%s', (_name, status, retryAfter, wait) => {
    expect(waitOf(status, retryAfter)).toBe(wait);
  });
});
