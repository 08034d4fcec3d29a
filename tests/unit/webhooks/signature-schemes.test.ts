import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { verifySignature } from '#lib/webhooks/verify-signature';

/**
 * Vectors that were not made by the code under test: the providers' own where they publish one,
 * otherwise computed with `openssl dgst -sha256 -hmac <secret>`.
 */
interface Vector {
  name: string;
  scheme: SignatureScheme;
  secret: string;
  headers: Record<string, string>;
  body: string;
  /** When it was sent; null where the scheme does not say. */
  sentAtMs: number | null;
  toleranceMs: number;
}

const vectors: Vector[] = [
  {
    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    name: 'GitHub',
    scheme: { kind: 'hmac_sha256_hex', header: 'X-Hub-Signature-256', prefix: 'sha256=' },
    secret: "It's a Secret to Everybody",
    headers: {
      'x-hub-signature-256':
        'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    },
    body: 'Hello, World!',
    sentAtMs: null,
    toleranceMs: 0,
  },
  {
    // https://docs.slack.dev/authentication/verifying-requests-from-slack
    name: 'Slack',
    scheme: {
      kind: 'slack_v0',
      header: 'X-Slack-Signature',
      timestampHeader: 'X-Slack-Request-Timestamp',
      toleranceMs: 300_000,
    },
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    headers: {
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      'x-slack-request-timestamp': '1531420618',
    },
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    sentAtMs: 1_531_420_618_000,
    toleranceMs: 300_000,
  },
  {
    // https://github.com/standard-webhooks/standard-webhooks: the vector of its libraries' tests.
    name: 'Standard Webhooks',
    scheme: {
      kind: 'standard_webhooks',
      idHeader: 'webhook-id',
      timestampHeader: 'webhook-timestamp',
      header: 'webhook-signature',
      toleranceMs: 300_000,
    },
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"test": 2432232314}',
    sentAtMs: 1_614_265_330_000,
    toleranceMs: 300_000,
  },
  {
    name: 'Stripe',
    scheme: { kind: 'stripe_v1', header: 'Stripe-Signature', toleranceMs: 300_000 },
    secret: 'whsec_test_secret',
    headers: {
      'stripe-signature':
        't=1700000000,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd,v0=00',
    },
    body: '{"id":"evt_1","object":"event"}',
    sentAtMs: 1_700_000_000_000,
    toleranceMs: 300_000,
  },
  {
    name: 'Linear',
    scheme: {
      kind: 'hmac_sha256_hex_dated',
      header: 'linear-signature',
      prefix: '',
      sentAt: ['webhookTimestamp'],
      unit: 'ms',
      toleranceMs: 60_000,
    },
    secret: 'lin_wh_secret',
    headers: {
      'linear-signature': '009479c9ea23fbeeb6b3eba79d734a081ca1ec9fdf04bcc2dedda83f5bbf5f10',
    },
    body: '{"action":"update","type":"Issue","webhookTimestamp":1700000000000}',
    sentAtMs: 1_700_000_000_000,
    toleranceMs: 60_000,
  },
  {
    name: 'a static token',
    scheme: { kind: 'static_token', header: 'X-Gitlab-Token', prefix: '' },
    secret: 'a token of some length',
    headers: { 'x-gitlab-token': 'a token of some length' },
    body: '{}',
    sentAtMs: null,
    toleranceMs: 0,
  },
];

function judge(vector: Vector, changed: Partial<Vector> & { nowMs?: number } = {}) {
  const { scheme, headers, body, secret } = { ...vector, ...changed };
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const request = { headers: sent, body: Buffer.from(body) };
  const result = verifySignature(scheme, request, [secret], changed.nowMs ?? vector.sentAtMs ?? 0);
  return result.ok ? result.value : result.error.code;
}

const withHeader = ({ scheme, headers }: Vector, value: string): Record<string, string> => ({
  ...headers,
  [scheme.header.toLowerCase()]: value,
});
const signatureOf = ({ scheme, headers }: Vector): string =>
  headers[scheme.header.toLowerCase()] ?? '';

describe.each(vectors)('the signature of $name', (vector) => {
  it('holds with its secret and with no other', () => {
    expect(judge(vector)).toBe('verified');
    expect(judge(vector, { secret: `${vector.secret}x` })).toBe('webhooks.signature_invalid');
    expect(judge(vector, { secret: '' })).toBe('webhooks.signature_invalid');
  });

  it('holds for the secret before during a rotation, and says so', () => {
    const request = {
      headers: Object.fromEntries(Object.entries(vector.headers).map(([k, v]) => [k, [v]])),
      body: Buffer.from(vector.body),
    };
    const now = vector.sentAtMs ?? 0;
    const result = verifySignature(vector.scheme, request, ['the new one', vector.secret], now);
    expect(result).toEqual({ ok: true, value: 'verified_previous_secret' });
  });

  it('is missing when its header is missing or stands twice', () => {
    const name = vector.scheme.header.toLowerCase();
    const { [name]: _, ...without } = vector.headers;
    expect(judge(vector, { headers: without })).toBe('webhooks.signature_missing');
    const twice = { [name]: [signatureOf(vector), signatureOf(vector)] };
    const request = { headers: twice, body: Buffer.from(vector.body) };
    const result = verifySignature(vector.scheme, request, [vector.secret], vector.sentAtMs ?? 0);
    expect(!result.ok && result.error.code).toBe('webhooks.signature_missing');
  });

  it('is refused once any byte of it is another', () => {
    const good = signatureOf(vector);
    // The vectors' v0 stands for anything, and hex has two cases.
    const isSame = (forged: string, at: number) =>
      forged.toLowerCase() === good.toLowerCase() ||
      (vector.scheme.kind === 'stripe_v1' && at >= good.indexOf(',v0'));
    const passes = (at: number, char: string) => {
      const forged = `${good.slice(0, at)}${char}${good.slice(at + 1)}`;
      const verdict = judge(vector, { headers: withHeader(vector, forged) });
      return verdict === 'verified' && !isSame(forged, at);
    };
    const chars = ['0', 'a', 'Z', ',', '=', ' '];
    const forgeries = Array.from({ length: good.length }, (_, at) =>
      chars.map((char) => [at, char] as const),
    ).flat();
    expect(forgeries.filter(([at, char]) => passes(at, char))).toEqual([]);
  });

  it('never throws, whatever the header holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
        expect(judge(vector, { headers: withHeader(vector, value) })).toMatch(/^webhooks\./);
      }),
    );
  });
});

describe.each(vectors.filter(({ scheme }) => scheme.kind !== 'static_token'))(
  'the body signed by $name',
  (vector) => {
    it('is refused when it has changed', () => {
      for (const body of [`${vector.body} `, vector.body.slice(1), '', '{}', 'null']) {
        expect(judge(vector, { body })).toBe('webhooks.signature_invalid');
      }
    });
  },
);

describe.each(vectors.filter(({ sentAtMs }) => sentAtMs !== null))(
  'the time stated by $name',
  (vector) => {
    const sent = vector.sentAtMs ?? 0;

    it('is taken within the tolerance, either way, and not a millisecond beyond', () => {
      for (const sign of [1, -1]) {
        const edge = sent + sign * vector.toleranceMs;
        expect(judge(vector, { nowMs: edge })).toBe('verified');
        expect(judge(vector, { nowMs: edge + sign })).toBe('webhooks.signature_stale');
      }
    });

    it('says nothing to somebody who cannot sign', () => {
      const nowMs = sent + 10 * vector.toleranceMs;
      expect(judge(vector, { nowMs, secret: 'wrong' })).toBe('webhooks.signature_invalid');
    });
  },
);

const byKind = (kind: SignatureScheme['kind']): Vector => {
  const found = vectors.find(({ scheme }) => scheme.kind === kind);
  if (!found) throw new Error(`No vector of ${kind}`);
  return found;
};

describe('what is special to one scheme', () => {
  it('Stripe: any of several v1 may fit, the ninth is not looked at, one t only', () => {
    const stripe = byKind('stripe_v1');
    const v1 = /v1=([0-9a-f]{64})/.exec(signatureOf(stripe))?.[1] ?? '';
    const wrong = (n: number) => Array.from({ length: n }, () => `v1=${'0'.repeat(64)}`).join(',');
    const at = (parts: string) => judge(stripe, { headers: withHeader(stripe, parts) });
    expect(at(`t=1700000000,${wrong(1)},v1=${v1}`)).toBe('verified');
    expect(at(`v1=${v1},t=1700000000`)).toBe('verified');
    expect(at(`t=1700000000,${wrong(8)},v1=${v1}`)).toBe('webhooks.signature_invalid');
    expect(at(`t=1700000000,v0=${v1}`)).toBe('webhooks.signature_invalid');
    expect(at(`t=1700000000,t=1700000000,v1=${v1}`)).toBe('webhooks.signature_invalid');
    expect(at(`t=1700000001,v1=${v1}`)).toBe('webhooks.signature_invalid');
    expect(at(`t=,v1=${v1}`)).toBe('webhooks.signature_invalid');
    expect(at(`t=1700000000,v1=${v1},${'x'.repeat(2_000)}`)).toBe('webhooks.signature_invalid');
  });

  it('Standard Webhooks: a list, other versions left out, id and time are signed', () => {
    const standard = byKind('standard_webhooks');
    const good = signatureOf(standard);
    const at = (value: string, more: Record<string, string> = {}) =>
      judge(standard, { headers: { ...withHeader(standard, value), ...more } });
    expect(at(`v1,${Buffer.alloc(32).toString('base64')} v1a,xyz ${good}`)).toBe('verified');
    expect(at(good.replace('v1,', 'v2,'))).toBe('webhooks.signature_invalid');
    expect(at(good.replace('=', ''))).toBe('webhooks.signature_invalid');
    expect(at(good, { 'webhook-id': 'msg_other' })).toBe('webhooks.signature_invalid');
    expect(at(good, { 'webhook-timestamp': '1614265331' })).toBe('webhooks.signature_invalid');
    expect(at(good, { 'webhook-timestamp': '1614265330.0' })).toBe('webhooks.signature_invalid');
    expect(judge(standard, { secret: standard.secret.replace('whsec_', '') })).toBe('verified');
    expect(judge(standard, { secret: 'whsec_' })).toBe('webhooks.signature_invalid');
    expect(judge(standard, { secret: 'whsec_not base64' })).toBe('webhooks.signature_invalid');
  });

  it('Slack: no timestamp, no proof', () => {
    const slack = byKind('slack_v0');
    for (const value of ['', '-1', '1531420618 ', '1e9', '9'.repeat(12)]) {
      const headers = { ...slack.headers, 'x-slack-request-timestamp': value };
      expect(judge(slack, { headers })).toBe('webhooks.signature_invalid');
    }
  });

  it('Linear: a signed body that does not say when is refused', () => {
    const linear = byKind('hmac_sha256_hex_dated');
    const sign = (body: string) => createHmac('sha256', linear.secret).update(body).digest('hex');
    for (const body of [
      '{"action":"update","type":"Issue"}',
      '{"webhookTimestamp":"1700000000000"}',
      '{"webhookTimestamp":null}',
      '[1]',
      'no JSON',
    ]) {
      const headers = { 'linear-signature': sign(body) };
      expect(judge(linear, { body, headers })).toBe('webhooks.signature_invalid');
    }
  });
});
