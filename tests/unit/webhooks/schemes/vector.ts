import { createHmac } from 'node:crypto';
import { knownWebhooks, type WebhookPreset } from '#lib/connectors/protocol/index';
import type { SignedRequest } from '#lib/webhooks/signed-content';

/** What a service signs with, and what a person pastes here: the same, but for public keys. */
export interface Keys {
  sign: string;
  paste: string;
}

export interface Signed {
  headers: Record<string, string>;
  /** The signature or token itself, as it stands in a header or in the body. */
  proof: string;
  body?: string;
  search?: string;
}

/** How a genuine request of a service comes about, by no code of ours. */
export interface Vector {
  preset: string;
  /** sdk: made by the service's own library. by_hand: computed here with node:crypto. */
  by: 'sdk' | 'by_hand';
  keys: Keys;
  otherKeys: Keys;
  body(stamp: string): string;
  sign(with_: { key: string; body: string; stamp: string }): Signed | Promise<Signed>;
}

/** The address the service was told. */
export const url =
  'https://hub.example.com/api/webhooks/service/0198f000-0000-7000-8000-000000000001';
export const sentAtMs = 1_760_000_000_000;

export interface Sent extends SignedRequest {
  proof: string;
}

export function presetOf({ preset }: Pick<Vector, 'preset'>): WebhookPreset {
  const found = knownWebhooks.find(({ name }) => name === preset);
  if (!found) throw new Error(`No preset ${preset}`);
  return found;
}

/** A moment as the service writes it. */
export function stampOf(vector: Vector, ms = sentAtMs): string {
  const { scheme } = presetOf(vector).descriptor;
  const unit = 'timestamp' in scheme ? (scheme.timestamp?.unit ?? 's') : 's';
  if (unit === 'iso') return new Date(ms).toISOString();
  return String(unit === 's' ? Math.floor(ms / 1_000) : ms);
}

export async function genuine(
  vector: Vector,
  changed: { key?: string; body?: string; stamp?: string } = {},
): Promise<Sent> {
  const stamp = changed.stamp ?? stampOf(vector);
  const body = changed.body ?? vector.body(stamp);
  const signed = await vector.sign({ key: changed.key ?? vector.keys.sign, body, stamp });
  return {
    method: 'POST',
    url,
    search: signed.search ?? '',
    headers: Object.fromEntries(
      Object.entries({ 'content-type': 'application/json', ...signed.headers }).map(
        ([name, value]) => [name.toLowerCase(), [value]],
      ),
    ),
    body: Buffer.from(signed.body ?? body),
    proof: signed.proof,
  };
}

export const hmac = (
  alg: 'sha1' | 'sha256',
  key: string | Buffer,
  content: string,
  encoding: 'hex' | 'base64',
): string => createHmac(alg, key).update(content).digest(encoding);

export const same = (text: string): Keys => ({ sign: text, paste: text });

export const textKeys: Pick<Vector, 'keys' | 'otherKeys'> = {
  keys: same('a secret of the service, 32 long'),
  otherKeys: same('the secret of another workspace!'),
};

const whsec = (byte: number): string => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
export const whsecKeys: Pick<Vector, 'keys' | 'otherKeys'> = {
  keys: same(whsec(7)),
  otherKeys: same(whsec(8)),
};

/** A plain HMAC over the body in one header, as most services do it. */
export function overBody(
  preset: string,
  how: { header: string; prefix?: string; alg?: 'sha1' | 'sha256'; encoding?: 'hex' | 'base64' },
  body: string,
  more: Record<string, string> = {},
): Vector {
  const { header, prefix = '', alg = 'sha256', encoding = 'hex' } = how;
  return {
    preset,
    by: 'by_hand',
    ...textKeys,
    body: () => body,
    sign: ({ key, body: signed }) => {
      const proof = hmac(alg, key, signed, encoding);
      return { headers: { [header]: `${prefix}${proof}`, ...more }, proof };
    },
  };
}
