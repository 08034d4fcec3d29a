import { describe, expect, it } from 'vitest';
import type { WebhookChallenge } from '#lib/connectors/protocol/index';
import { answerChallenge } from '#lib/webhooks/answer-challenge';

/** https://docs.slack.dev/reference/events/url_verification */
const slack: WebhookChallenge = {
  when: { path: ['type'], equals: 'url_verification' },
  answer: { path: ['challenge'], as: 'text' },
};
const asked = { type: 'url_verification', token: 'x', challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY' };

describe('answerChallenge', () => {
  it('gives back what it was asked, as text or as JSON', () => {
    expect(answerChallenge(slack, asked)).toMatchObject({ status: 200, body: asked.challenge });
    const json: WebhookChallenge = {
      ...slack,
      answer: { path: ['challenge'], as: 'json', key: 'challenge' },
    };
    const answer = answerChallenge(json, asked);
    expect(JSON.parse(answer?.body ?? '')).toEqual({ challenge: asked.challenge });
    expect(answer?.headers['content-type']).toBe('application/json');
  });

  it('is never a page: what it echoes cannot be taken for one', () => {
    const answer = answerChallenge(slack, { ...asked, challenge: '<script>alert(1)</script>' });
    expect(answer?.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer?.headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['an ordinary event', { type: 'event_callback' }],
    ['without a challenge', { type: 'url_verification' }],
    ['with something else for one', { type: 'url_verification', challenge: { a: 1 } }],
    ['with a page for one', { type: 'url_verification', challenge: 'x'.repeat(1_001) }],
  ])('leaves %s alone', (_, body) => {
    expect(answerChallenge(slack, body)).toBeNull();
    expect(answerChallenge(null, body)).toBeNull();
  });
});
