import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeResend } from '#lib/mail/judge-resend';
import { judgeSmtp } from '#lib/mail/judge-smtp';
import { maxAttempts, nextState } from '#lib/mail/mail-state';
import type { SendOutcome } from '#lib/mail/transport';

describe('what an SMTP server says', () => {
  const rcpt = { code: 'EENVELOPE', command: 'RCPT TO' };
  it.each([
    [
      'nobody there',
      { ...rcpt, responseCode: 550, response: '550 5.1.1 No such user' },
      'address_refused',
    ],
    [
      'null MX',
      { ...rcpt, responseCode: 556, response: '556 5.1.10 No mail here' },
      'address_refused',
    ],
    [
      'mailbox disabled',
      { ...rcpt, responseCode: 550, response: '550 5.2.1 Disabled' },
      'address_refused',
    ],
    [
      'an old server',
      { ...rcpt, responseCode: 550, response: '550 User unknown' },
      'address_refused',
    ],
    [
      'relaying denied',
      { ...rcpt, responseCode: 550, response: '550 5.7.1 Relaying denied' },
      'mail_refused',
    ],
    [
      'mailbox full',
      { ...rcpt, responseCode: 552, response: '552 5.2.2 Mailbox full' },
      'mail_refused',
    ],
    ['greylisting', { ...rcpt, responseCode: 450, response: '450 4.7.1 Later' }, 'fault'],
    [
      'spam',
      { code: 'EMESSAGE', command: 'DATA', responseCode: 554, response: '554 5.7.1 Spam' },
      'mail_refused',
    ],
    [
      'wrong password',
      { code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535, response: '535 5.7.8 No' },
      'fault',
    ],
    [
      'sender refused',
      { code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550, response: '550 5.1.8 No' },
      'fault',
    ],
    ['bad sequence', { ...rcpt, responseCode: 503, response: '503 5.5.1 Order' }, 'fault'],
    ['away', { code: 'ESOCKET' }, 'fault'],
    ['no TLS', { code: 'ETLS' }, 'fault'],
    ['silence', { code: 'ETIMEDOUT' }, 'fault'],
  ])('%s', (_, fault, kind) => expect(judgeSmtp(fault).kind).toBe(kind));

  it('never disables an address for anything but a refusal of that address', () => {
    const commands = fc.constantFrom(
      'MAIL FROM',
      'DATA',
      'AUTH LOGIN',
      'STARTTLS',
      'CONN',
      undefined,
    );
    fc.assert(
      fc.property(
        commands,
        fc.integer({ min: 200, max: 599 }),
        fc.string(),
        (command, responseCode, response) => {
          expect(judgeSmtp({ command, responseCode, response }).kind).not.toBe('address_refused');
        },
      ),
    );
  });
});

describe('what Resend says', () => {
  const body = (name: string, message: string) => JSON.stringify({ statusCode: 0, name, message });
  it.each([
    ['taken', 200, '{"id":"x"}', 'accepted'],
    [
      'address',
      422,
      body('validation_error', 'Invalid `to` field. The email address needs to follow…'),
      'address_refused',
    ],
    ['sender', 422, body('invalid_from_address', 'Invalid `from` field.'), 'fault'],
    ['key', 403, body('invalid_api_key', 'API key is invalid'), 'fault'],
    ['domain', 403, body('validation_error', 'You can only send testing emails to…'), 'fault'],
    ['too fast', 429, body('rate_limit_exceeded', 'Too many requests'), 'fault'],
    ['under way', 409, body('concurrent_idempotent_requests', 'In progress'), 'fault'],
    ['key used', 409, body('invalid_idempotent_request', 'Different payload'), 'mail_refused'],
    [
      'content',
      422,
      body('missing_required_field', 'The request body is missing `subject`'),
      'mail_refused',
    ],
    ['broken', 500, '<html>', 'fault'],
    ['nonsense', 400, '', 'mail_refused'],
  ])('%s', (_, status, text, kind) =>
    expect(judgeResend({ status, body: text, afterMs: null }).kind).toBe(kind),
  );

  it('says how long to wait', () => {
    expect(judgeResend({ status: 429, body: '{}', afterMs: 7_000 })).toMatchObject({
      afterMs: 7_000,
    });
  });
});

describe('what follows an attempt', () => {
  const at = { attempts: 1, nowMs: 0, deadlineMs: 86_400_000, random: 0.5 };
  const fault: SendOutcome = { kind: 'fault', code: 'smtp.451', detail: 'Busy' };

  it.each<[string, SendOutcome, object]>([
    ['taken', { kind: 'accepted' }, { status: 'sent' }],
    [
      'address',
      { kind: 'address_refused', code: 'c', detail: 'd' },
      { status: 'failed', suppresses: true },
    ],
    [
      'mail',
      { kind: 'mail_refused', code: 'c', detail: 'd' },
      { status: 'failed', suppresses: false },
    ],
    ['fault', fault, { status: 'queued', code: 'smtp.451' }],
    ['named wait', { ...fault, afterMs: 5_000 }, { status: 'queued', waitMs: 5_000 }],
  ])('%s', (_, outcome, state) => expect(nextState(outcome, at)).toMatchObject(state));

  it('ends after the last attempt, and when the next would come too late for its reader', () => {
    expect(nextState(fault, { ...at, attempts: maxAttempts })).toMatchObject({ status: 'failed' });
    expect(nextState(fault, { ...at, deadlineMs: 5_000 })).toMatchObject({ status: 'failed' });
    expect(nextState({ ...fault, afterMs: 90_000 }, { ...at, deadlineMs: 60_000 })).toMatchObject({
      status: 'failed',
      suppresses: false,
    });
  });

  it('waits longer each time, never nothing and never above an hour', () => {
    const attempts = fc.integer({ min: 1, max: maxAttempts - 1 });
    fc.assert(
      fc.property(attempts, fc.double({ min: 0, max: 0.999, noNaN: true }), (n, random) => {
        const state = nextState(fault, { ...at, attempts: n, random });
        if (state.status !== 'queued') throw new Error('it is tried again');
        expect(state.waitMs).toBeGreaterThanOrEqual(7_500);
        expect(state.waitMs).toBeLessThanOrEqual(3_600_000);
      }),
    );
    const wait = (n: number) => nextState(fault, { ...at, attempts: n });
    expect(wait(2)).toMatchObject({ waitMs: 22_500 });
    expect(wait(3)).toMatchObject({ waitMs: 45_000 });
  });
});
