import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signWebhook } from '../../../lib/delivery/sign-webhook.ts';
import { readSigningSecret, writeSigningSecret } from '../../../lib/delivery/signing-secret.ts';

const newSecret = () => writeSigningSecret(randomBytes);

describe('a signature', () => {
  it('is taken by the official library, whatever the body', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.json(), (id, body) => {
        const secret = newSecret();
        const message = { id, sentAtMs: Date.now(), body };
        const headers = signWebhook(message, [readSigningSecret(secret)]);
        expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      }),
    );
  });

  it('is the one of the specification’s example', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = '{"test": 2432232314}';
    const sentAtMs = 1_614_265_330_000;
    const headers = signWebhook({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', sentAtMs, body }, [
      readSigningSecret(secret),
    ]);
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('can be checked with either secret while one replaces the other', () => {
    const [fresh, old, other] = [newSecret(), newSecret(), newSecret()];
    const headers = signWebhook(
      { id: 'm', sentAtMs: Date.now(), body: '{}' },
      [fresh, old].map(readSigningSecret),
    );
    expect(() => new Webhook(fresh).verify('{}', headers)).not.toThrow();
    expect(() => new Webhook(old).verify('{}', headers)).not.toThrow();
    expect(() => new Webhook(other).verify('{}', headers)).toThrow('signature');
  });

  it('holds for this id, this time and this body alone', () => {
    const secret = newSecret();
    const headers = signWebhook({ id: 'm', sentAtMs: Date.now(), body: '{}' }, [
      readSigningSecret(secret),
    ]);
    const check = new Webhook(secret);
    expect(() => check.verify('{ }', headers)).toThrow('signature');
    expect(() => check.verify('{}', { ...headers, 'webhook-id': 'n' })).toThrow('signature');
    const later = String(Number(headers['webhook-timestamp']) + 1);
    expect(() => check.verify('{}', { ...headers, 'webhook-timestamp': later })).toThrow(
      'signature',
    );
  });
});

describe('a signing secret', () => {
  it('is made of 32 random bytes, and none is made twice', () => {
    const made = Array.from({ length: 50 }, newSecret);
    expect(new Set(made).size).toBe(50);
    for (const secret of made) expect(readSigningSecret(secret)).toHaveLength(32);
  });

  it.each([
    '',
    'whsec_',
    'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    'whsec_MfKQ9r8GKYqr*wjUPD8ILPZIo2LaLaSw',
  ])('is not %j', (text) => {
    expect(() => readSigningSecret(text)).toThrow('not a signing secret');
  });

  it('may have 24 to 64 bytes', () => {
    for (const bytes of [24, 64]) {
      const text = `whsec_${randomBytes(bytes).toString('base64')}`;
      expect(readSigningSecret(text)).toHaveLength(bytes);
    }
  });
});
