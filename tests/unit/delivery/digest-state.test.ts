import { describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { digestDueMs, judgeRecipients } from '../../../lib/delivery/digest-state.ts';
import { isEcho, judgeAnnounced } from '../../../lib/delivery/send-slack.ts';

const minute = 60_000;
const at = 1_000 * minute;

describe('a digest', () => {
  it('goes a minute after its first line', () => {
    expect(digestDueMs({ oldestMs: at, sentMs: [] })).toBe(at + minute);
    expect(digestDueMs({ oldestMs: at, sentMs: [at - 10 * minute] })).toBe(at + minute);
  });

  it('slows down once many went out, to fewer in an hour than an address takes', () => {
    let now = at;
    const sent: number[] = [];
    while (now < at + 60 * minute) {
      now = digestDueMs({ oldestMs: now, sentMs: sent });
      sent.push(now);
    }
    expect(sent.length).toBeLessThan(20);
    expect(sent.slice(0, 5).map((ms) => (ms - at) / minute)).toEqual([1, 2, 3, 4, 5]);
    expect(((sent[6] ?? 0) - (sent[5] ?? 0)) / minute).toBe(5);
  });
});

describe('whom it goes to', () => {
  const open = { to: 'a@x.test', refusal: null };
  const gone = { to: 'b@x.test', refusal: 'mail.address_disabled' };
  const full = { to: 'c@x.test', refusal: 'mail.address_limit' };

  it('is everybody who can be written to', () => {
    expect(judgeRecipients([open, gone, full])).toEqual({ do: 'send', to: ['a@x.test'] });
  });

  it('is waited for while a limit is all that stands in the way', () => {
    expect(judgeRecipients([gone, full])).toEqual({ do: 'wait' });
  });

  it('is nobody any more when all are disabled, which is said', () => {
    expect(judgeRecipients([gone])).toMatchObject({
      do: 'disable',
      code: 'mail.address_disabled',
      reason: expect.stringContaining('b@x.test'),
    });
  });
});

describe('what became of a message in Slack', () => {
  it.each([
    ['held back by the breaker', 'provider.unavailable', { breaker: 'open', sent: false }, 'held'],
    ['held back by the budget', 'provider.rate_limited', { sent: false }, 'held'],
    ['told to wait by Slack', 'provider.rate_limited', { status: 429 }, 'retry'],
    ['too long', 'provider.refused', { reason: 'msg_too_long' }, 'refused'],
    ['not in the channel', 'provider.forbidden', { reason: 'not_in_channel' }, 'retry'],
    ['never heard of', 'provider.timeout', { sent: true }, 'retry'],
  ] as const)('%s: %s', (_what, code, details, type) => {
    const error = new HubError(code, 'Because.', { retry: 'after', afterMs: 2_000, details });
    expect(judgeAnnounced(error)).toMatchObject({ type, code, reason: 'Because.' });
  });
});

describe('what was said in a Slack', () => {
  const said = { kind: 'message', connectionId: 'here' };
  const slack = { connector: 'slack' };

  it.each([
    ['is not told by the connection it came from', said, { connection_id: 'here' }, true],
    ['is told in another Slack', said, { connection_id: 'there' }, false],
    ['is not told by an address, which may be of the same', said, {}, true],
    ['a task from there is', { ...said, kind: 'task' }, { connection_id: 'here' }, false],
  ])('%s', (_what, delivery, config, echo) => {
    expect(isEcho(delivery, slack, config)).toBe(echo);
  });

  it('comes from Slack alone', () => {
    expect(isEcho(said, { connector: 'forum' }, {})).toBe(false);
  });
});
