import { createHmac } from 'node:crypto';
import {
  genuine,
  type Sent,
  sentAtMs,
  stampOf,
  type Vector,
} from '../../unit/webhooks/schemes/vector.ts';

/** How a request that is about to be refused comes about, and the code it is refused with. */
export interface Forged {
  name: string;
  preset: string;
  code: 'webhooks.signature_invalid' | 'webhooks.signature_stale';
  make(this: void, vector: Vector): Sent | Promise<Sent>;
}

const invalid = 'webhooks.signature_invalid';
const forged = (
  name: string,
  preset: string,
  make: Forged['make'],
  code: Forged['code'] = invalid,
): Forged => ({ name: `${name} → 401 ${code}`, preset, code, make });

const withHeader = (sent: Sent, name: string, values: readonly string[] | undefined): Sent => ({
  ...sent,
  headers: { ...sent.headers, [name]: values },
});

const hubHeader = 'x-hub-signature-256';
/** GitHub's header: `sha256=` and 64 digits in hex. */
const hub = (name: string, values: (proof: string) => readonly string[] | undefined): Forged =>
  forged(name, 'github', async (vector) => {
    const sent = await genuine(vector);
    return withHeader(sent, hubHeader, values(sent.proof));
  });

const squareHeader = 'x-square-hmacsha256-signature';
/** Square's header: base64 alone, here with both of the signs that addresses write otherwise. */
const square = (name: string, change: (proof: string) => string): Forged =>
  forged(name, 'square', async (vector) => {
    for (let at = 0; ; at += 1) {
      const sent = await genuine(vector, { body: `{"event_id":"e-${at}"}` });
      if (/\+.*\/|\/.*\+/.test(sent.proof)) {
        return withHeader(sent, squareHeader, [change(sent.proof)]);
      }
    }
  });

const standardHeader = 'webhook-signature';
/** Standard Webhooks: `v1,` and base64, several of them with blanks between. */
const standard = (name: string, value: (proof: string) => string): Forged =>
  forged(name, 'standard_webhooks', async (vector) => {
    const sent = await genuine(vector);
    return withHeader(sent, standardHeader, [value(sent.proof)]);
  });

/** The last sign before the padding with a bit set that stands for nothing: `QQ==` and `QR==`. */
function twinOf(proof: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const end = proof.indexOf('=') - 1;
  const next = alphabet[alphabet.indexOf(proof[end] ?? '') ^ 1] ?? '';
  return `${proof.slice(0, end)}${next}${proof.slice(end + 1)}`;
}

const proofs: readonly Forged[] = [
  hub('49: no header', () => undefined),
  hub('50: an empty header', () => ['']),
  hub('50: a prefix and nothing behind it', () => ['sha256=']),
  hub('51: a signature of two digits', () => ['sha256=ab']),
  hub('51: a signature without its last digit', (proof) => [`sha256=${proof.slice(0, -1)}`]),
  hub('52: a signature of 1 MB', (proof) => [`sha256=${proof.repeat(16_384)}`]),
  hub('53: letters that are no hex', () => [`sha256=${'z'.repeat(64)}`]),
  square('53: signs that are no base64', (proof) => `*${proof.slice(1)}`),
  hub('54: the right hex in capitals', (proof) => [`sha256=${proof.toUpperCase()}`]),
  square('55: base64url where base64 is wanted', (proof) =>
    proof.replaceAll('+', '-').replaceAll('/', '_'),
  ),
  square('55: base64 without its padding', (proof) => proof.replace(/=+$/, '')),
  square('55: the twin in base64, other text for the same bytes', twinOf),
];

const versions: readonly Forged[] = [
  standard('58: the right signature under v0', (proof) => `v0,${proof}`),
  standard('58: unknown versions only', (proof) => `v7,${proof} v8a,${proof}`),
  forged('58: v01 where Slack writes v0', 'slack', async (vector) => {
    const sent = await genuine(vector);
    return withHeader(sent, 'x-slack-signature', [`v01=${sent.proof}`]);
  }),
  standard('59: a thousand signatures, the right one last', (proof) =>
    [...Array<string>(999).fill(`v1,${'A'.repeat(43)}=`), `v1,${proof}`].join(' '),
  ),
  hub('60: the header twice, both right', (proof) => [`sha256=${proof}`, `sha256=${proof}`]),
  hub('60: the header twice, one of them right', (proof) => ['sha256=00', `sha256=${proof}`]),
];

/** Slack writes whole seconds. */
const noMoment = [
  'abc',
  '',
  '1e9',
  '0x68e78d00',
  '1674087231.5',
  '-1760000000',
  '+1760000000',
  '１７６０００００００',
  '9'.repeat(30),
  // Milliseconds.
  String(sentAtMs),
];
const otherMoments = {
  'ten years ahead': String(sentAtMs / 1_000 + 315_360_000),
  'ten minutes ago': String(sentAtMs / 1_000 - 600),
};
const slackAt = (name: string, stamp: string, code?: Forged['code']): Forged =>
  forged(`61: ${name}, signed by the service itself`, 'slack', (v) => genuine(v, { stamp }), code);

const moments: readonly Forged[] = [
  ...noMoment.map((stamp) => slackAt(`the time “${stamp}”`, stamp)),
  ...Object.entries(otherMoments).map(([name, stamp]) =>
    slackAt(`a time ${name}`, stamp, 'webhooks.signature_stale'),
  ),
  ...[...noMoment, ...Object.values(otherMoments)].map((stamp) =>
    forged(`61: the time changed to “${stamp}”`, 'slack', async (vector) =>
      withHeader(await genuine(vector), 'x-slack-request-timestamp', [stamp]),
    ),
  ),
];

const contents: readonly Forged[] = [
  forged('62: a dot added to the id', 'standard_webhooks', async (vector) => {
    const sent = await genuine(vector);
    return withHeader(sent, 'webhook-id', [`${sent.headers['webhook-id']?.[0] ?? ''}.1`]);
  }),
  forged('62: the border between id, time and body moved', 'standard_webhooks', async (vector) => {
    const stamp = stampOf(vector);
    const sent = await genuine(vector, { body: `${stamp}.{"type":"user.deleted"}` });
    const moved = [`${sent.headers['webhook-id']?.[0] ?? ''}.${stamp}`];
    // Written one after the other, this is what was signed.
    return {
      ...withHeader(sent, 'webhook-id', moved),
      body: Buffer.from('{"type":"user.deleted"}'),
    };
  }),
  forged('63: the body written anew, with the same meaning', 'github', async (vector) => {
    const sent = await genuine(vector);
    const body = JSON.stringify(JSON.parse(Buffer.from(sent.body).toString()), null, 1);
    return { ...sent, body: Buffer.from(body) };
  }),
];

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The claims the service signed, under a head and a proof of somebody else. */
async function reheaded(
  vector: Vector,
  head: object,
  sign: (content: string) => string,
): Promise<Sent> {
  const sent = await genuine(vector);
  const content = `${part(head)}.${sent.proof.split('.')[1] ?? ''}`;
  const value = (sent.headers['authorization']?.[0] ?? '').replace(
    sent.proof,
    `${content}.${sign(content)}`,
  );
  return withHeader(sent, 'authorization', [value]);
}

const hs256 = (key: string) => (content: string) =>
  createHmac('sha256', key).update(content).digest('base64url');

/** monday signs by a secret, Gmail by a key whose public half everybody has. */
const tokens: readonly Forged[] = [
  ...['monday', 'gmail'].flatMap((preset) =>
    ['none', 'None', 'HS256'].map((alg) =>
      forged(`64: a token of the algorithm ${alg} and no signature`, preset, (vector) =>
        reheaded(vector, { alg }, () => ''),
      ),
    ),
  ),
  forged('64: a token signed with an empty secret', 'monday', (vector) =>
    reheaded(vector, { alg: 'HS256' }, hs256('')),
  ),
  ...['HS256', 'RS256'].map((alg) =>
    forged(`64: the public key taken for a secret, called ${alg}`, 'gmail', (vector) =>
      reheaded(vector, { alg, kid: 'k1' }, hs256(vector.keys.paste)),
    ),
  ),
];

export const forgedRequests: readonly Forged[] = [
  ...proofs,
  ...versions,
  ...moments,
  ...contents,
  ...tokens,
];
