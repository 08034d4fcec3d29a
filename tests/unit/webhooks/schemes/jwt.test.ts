import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { verifySignature } from '#lib/webhooks/verify-signature';
import { sentAtMs, url } from './vector.ts';

const secret = 'a client secret that is long enough';
const now = sentAtMs / 1_000;
const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const keySet = JSON.stringify({
  keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'RS256', kid: 'k1' }],
});

const hs: SignatureScheme = {
  kind: 'jwt',
  alg: 'HS256',
  header: 'authorization',
  prefix: 'Bearer ',
  audience: { is: 'url' },
  issuers: ['them'],
  claims: { verified: true },
};
const rs: SignatureScheme = { ...hs, alg: 'RS256' };

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const good = { iss: 'them', aud: url, exp: now + 60, verified: true };

/** A token put together by hand, with any head and any key. */
function handMade(head: object, claims: object, key: string): string {
  const content = `${part(head)}.${part(claims)}`;
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`;
}

async function judge(scheme: SignatureScheme, token: string, key: string): Promise<string> {
  const headers = { authorization: [`Bearer ${token}`] };
  const request = { method: 'POST', url, search: '', headers, body: Buffer.from('{}') };
  const result = await verifySignature(scheme, request, [key], sentAtMs);
  return result.ok ? result.value : result.error.code;
}

describe('tokens that are signed themselves', () => {
  it('count when all of them holds', async () => {
    expect(await judge(hs, handMade({ alg: 'HS256' }, good, secret), secret)).toBe('verified');
    const signed = await new SignJWT(good)
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(pair.privateKey);
    expect(await judge(rs, signed, keySet)).toBe('verified');
    expect(await judge(hs, signed, keySet)).toBe('webhooks.signature_invalid');
  });

  it.each<[string, object, object, string]>([
    ['without an end', { alg: 'HS256' }, { ...good, exp: undefined }, secret],
    ['ended', { alg: 'HS256' }, { ...good, exp: now - 31 }, secret],
    ['with an end in words', { alg: 'HS256' }, { ...good, exp: 'tomorrow' }, secret],
    ['not yet valid', { alg: 'HS256' }, { ...good, nbf: now + 600 }, secret],
    ['for somebody else', { alg: 'HS256' }, { ...good, aud: `${url}/` }, secret],
    ['for nobody', { alg: 'HS256' }, { ...good, aud: undefined }, secret],
    ['of somebody else', { alg: 'HS256' }, { ...good, iss: 'others' }, secret],
    ['with a claim that is another', { alg: 'HS256' }, { ...good, verified: 'true' }, secret],
    ['with another secret', { alg: 'HS256' }, good, `${secret}.`],
    ['under no secret', { alg: 'HS256' }, good, ''],
    ['of no algorithm, signed all the same', { alg: 'none' }, good, secret],
    ['of another algorithm', { alg: 'HS384' }, good, secret],
    ['with demands we do not know', { alg: 'HS256', crit: ['x'], x: 1 }, good, secret],
  ])('64: do not count %s → signature_invalid', async (_, head, claims, key) => {
    expect(await judge(hs, handMade(head, claims, key), secret)).toBe('webhooks.signature_invalid');
  });

  it.each(['none', 'None', 'NONE', '', null])(
    '64: do not count with the algorithm %j → signature_invalid',
    async (alg) => {
      for (const signature of ['', 'AAAA']) {
        const token = `${part({ alg })}.${part(good)}.${signature}`;
        expect(await judge(hs, token, secret)).toBe('webhooks.signature_invalid');
        expect(await judge(rs, token, keySet)).toBe('webhooks.signature_invalid');
      }
    },
  );

  it('64: do not count where a public key is taken for a secret → signature_invalid', async () => {
    for (const key of [publicPem, publicPem.trim(), keySet]) {
      for (const head of [{ alg: 'HS256' }, { alg: 'RS256', kid: 'k1' }]) {
        expect(await judge(rs, handMade(head, good, key), keySet)).toBe(
          'webhooks.signature_invalid',
        );
      }
    }
  });

  it('64: do not count with a key they bring themselves → signature_invalid', async () => {
    const own = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const signed = await new SignJWT(good)
      .setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(own.publicKey) })
      .sign(own.privateKey);
    expect(await judge(rs, signed, keySet)).toBe('webhooks.signature_invalid');
  });

  it('do not count where nobody has said what we are called', async () => {
    const headers = { authorization: [`Bearer ${handMade({ alg: 'HS256' }, good, secret)}`] };
    const request = { method: 'POST', url: null, search: '', headers, body: Buffer.from('{}') };
    expect((await verifySignature(hs, request, [secret], sentAtMs)).ok).toBe(false);
  });
});
