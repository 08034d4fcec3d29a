import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  describeNothing,
  describeOwn,
  makeSecret,
  provesOf,
  readSecret,
} from '#lib/webhooks/describe-scheme';
import { type ListeningInput, listeningInputSchema } from '#lib/webhooks/schema';
import { verifySignature } from '#lib/webhooks/verify-signature';

type Own = Extract<ListeningInput['signing'], { by: 'own' }>['own'];
const own = (given: Partial<Own> = {}): Own => {
  const { signing } = listeningInputSchema.parse({
    connector: 'http_webhook',
    title: 'Shop',
    signing: { by: 'own', own: { header: 'x-signature', ...given } },
  });
  if (signing.by !== 'own') throw new Error('Not one’s own');
  return signing.own;
};
const faultsOf = (act: () => unknown): { field: string; reason: string }[] => {
  try {
    act();
    return [];
  } catch (error) {
    return (error as { details: { errors: { field: string; reason: string }[] } }).details.errors;
  }
};

describe('a way of signing that a person describes', () => {
  const nowMs = Date.parse('2026-11-21T10:00:00Z');
  const time = String(nowMs / 1_000);
  const body = Buffer.from('{"type":"a"}');
  const signed = (text: string, alg = 'sha256', encoding: 'hex' | 'base64' = 'hex') =>
    createHmac(alg, 'the secret').update(text).digest(encoding);

  it.each<[string, Partial<Own>, Record<string, string>]>([
    ['over the body', {}, { 'x-signature': signed('{"type":"a"}') }],
    [
      'behind a prefix, in base64, by SHA-512',
      { prefix: 'v1=', alg: 'sha512', encoding: 'base64' },
      { 'x-signature': `v1=${signed('{"type":"a"}', 'sha512', 'base64')}` },
    ],
    [
      'with the time',
      { template: '{timestamp}:{body}', timestamp_header: 'x-time' },
      { 'x-signature': signed(`${time}:{"type":"a"}`), 'x-time': time },
    ],
  ])('verifies what is signed %s, and nothing else', async (_how, given, headers) => {
    const { scheme } = describeOwn(own(given));
    const verify = (secret: string, sent = body) =>
      verifySignature(
        scheme,
        {
          method: 'POST',
          url: null,
          search: '',
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name, [value]]),
          ),
          body: sent,
        },
        [secret],
        nowMs,
      );
    expect((await verify('the secret')).ok).toBe(true);
    expect((await verify('another')).ok).toBe(false);
    expect((await verify('the secret', Buffer.from('{"type":"b"}'))).ok).toBe(false);
  });

  it.each<[string, Partial<Own>]>([
    ['template', { template: '{nothing}' }],
    ['template', { template: 'fixed' }],
    ['template', { template: '{timestamp}' }],
    ['timestamp_header', { template: '{timestamp}.{body}' }],
    ['template', { template: '{body}', timestamp_header: 'x-time' }],
    ['header', { header: 'x signature' }],
    ['header', { header: 'x\r\ny' }],
    ['id_header', { id_header: 'a:b' }],
    ['event_header', { event_header: 'ä' }],
  ])('names its %s where it cannot be so', (field, given) => {
    const faults = faultsOf(() => describeOwn(own(given)));
    expect(faults.map((fault) => fault.field)).toContain(`signing.own.${field}`);
  });
});

describe('a secret', () => {
  const text = describeOwn(own());

  it('is made of 32 bytes of chance, another one each time', () => {
    const [one, two] = [makeSecret(text), makeSecret(text)];
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(one).not.toBe(two);
    expect(makeSecret(describeNothing(undefined))).toBeNull();
  });

  it('is taken as it was pasted, without the line end that came along', () => {
    expect(readSecret(text, ' abcdefgh\n')).toBe('abcdefgh');
  });

  it.each([
    ['too short', 'short'],
    ['too long', 'x'.repeat(10_001)],
    ['with a line break', 'abcdefgh\r\nX: y'],
    ['with a space', 'abcd efgh'],
    ['with a letter that is none of ASCII', 'abcdefghé'],
    ['with NUL', 'abcdefgh\u0000'],
  ])('is refused %s', (_how, pasted) => {
    const faults = faultsOf(() => readSecret(text, pasted));
    expect(faults.map(({ field }) => field)).toEqual(['secret']);
    expect(JSON.stringify(faults)).not.toContain('abcdefgh');
  });
});

describe('what an event is known by', () => {
  it.each(['id_header', 'event_header'] as const)(
    'stands in no header of credentials: %s',
    (at) => {
      for (const name of ['Authorization', 'cookie', 'Proxy-Authorization']) {
        expect(() => own({ [at]: name })).toThrow('holds a credential');
      }
      expect(own({ [at]: 'x-id' })).toHaveProperty(at, 'x-id');
    },
  );
});

describe('what a delivery proves', () => {
  it('is what its way of signing covers', () => {
    expect(provesOf(describeOwn(own()))).toBe('body');
    expect(provesOf(describeNothing('type'))).toBe('nothing');
    expect(
      provesOf({
        ...describeNothing('type'),
        scheme: { kind: 'token', from: { in: 'header', name: 'x-token', prefix: '' } },
      }),
    ).toBe('sender');
  });
});
