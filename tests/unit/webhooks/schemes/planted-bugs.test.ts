import { createHmac, timingSafeEqual } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { forgeriesOf } from './forgeries.ts';
import { type Sent, sentAtMs, type Vector } from './vector.ts';
import { vectors } from './vectors.ts';

/** Verifiers as they are often written, each with the mistake the forgeries must find. */
type Verifier = (sent: Sent, secret: string) => boolean;

const vectorOf = (preset: string): Vector => {
  const found = vectors.find((vector) => vector.preset === preset);
  if (!found) throw new Error(`No vector of ${preset}`);
  return found;
};

const first = (sent: Sent, name: string): string => sent.headers[name]?.[0] ?? '';
const hex = (secret: string, content: string | Uint8Array): string =>
  createHmac('sha256', secret).update(content).digest('hex');
const bare = (sent: Sent): string => first(sent, 'x-hub-signature-256').replace('sha256=', '');
const once = (sent: Sent, name: string): boolean => sent.headers[name]?.length === 1;

const hubHeader = 'x-hub-signature-256';
const right: Verifier = (sent, secret) =>
  once(sent, hubHeader) && first(sent, hubHeader) === `sha256=${hex(secret, sent.body)}`;

const slackParts = (sent: Sent) => ({
  stamp: first(sent, 'x-slack-request-timestamp'),
  fits: (secret: string, stamp: string) =>
    once(sent, 'x-slack-signature') &&
    first(sent, 'x-slack-signature') ===
      `v0=${hex(secret, `v0:${stamp}:${Buffer.from(sent.body).toString()}`)}`,
});

const bugs: [name: string, preset: string, verifier: Verifier, found: RegExp][] = [
  [
    'no look at the length',
    'github',
    (sent, secret) => timingSafeEqual(Buffer.from(bare(sent)), Buffer.from(hex(secret, sent.body))),
    /throws: .*truncated/,
  ],
  [
    'a comparison of the beginning',
    'github',
    (sent, secret) => hex(secret, sent.body).startsWith(bare(sent)),
    /passes: proof truncated by one/,
  ],
  [
    'a lenient decoder',
    'github',
    (sent, secret) => {
      const given = Buffer.from(bare(sent), 'hex');
      const expected = Buffer.from(hex(secret, sent.body), 'hex');
      return once(sent, hubHeader) && given.length === 32 && timingSafeEqual(given, expected);
    },
    /passes: proof (with a line end|one longer|in upper case)/,
  ],
  [
    'a body written anew before it is checked',
    'github',
    (sent, secret) => {
      const body = JSON.stringify(JSON.parse(Buffer.from(sent.body).toString() || 'null'));
      return once(sent, hubHeader) && first(sent, hubHeader) === `sha256=${hex(secret, body)}`;
    },
    /passes: body re-serialised/,
  ],
  [
    'the first of two headers',
    'github',
    (sent, secret) => first(sent, hubHeader) === `sha256=${hex(secret, sent.body)}`,
    /passes: header twice/,
  ],
  [
    'nothing where there is no header',
    'github',
    (sent, secret) => sent.headers[hubHeader] === undefined || right(sent, secret),
    /passes: header missing/,
  ],
  [
    'any prefix',
    'github',
    (sent, secret) =>
      once(sent, hubHeader) && first(sent, hubHeader).split('=')[1] === hex(secret, sent.body),
    /passes: a prefix of somebody else/,
  ],
  [
    'a comparison with NaN',
    'slack',
    (sent, secret) => {
      const { stamp, fits } = slackParts(sent);
      return !(Math.abs(sentAtMs / 1_000 - Number(stamp)) > 300) && fits(secret, stamp);
    },
    /passes: signed at “abc”/,
  ],
  [
    'whatever Number takes',
    'slack',
    (sent, secret) => {
      const { stamp, fits } = slackParts(sent);
      return Math.abs(sentAtMs / 1_000 - Number(stamp)) <= 300 && fits(secret, stamp);
    },
    /passes: signed at “( 1760000000|\+1760000000|0x68e78d00)/,
  ],
  [
    'no time at all',
    'slack',
    (sent, secret) => {
      const { stamp, fits } = slackParts(sent);
      return fits(secret, stamp);
    },
    /passes: signed at “2075360000”/,
  ],
];

/** What a verifier lets pass, or stumbles over. */
async function faultsOf(vector: Vector, verifier: Verifier): Promise<string> {
  const faults: string[] = [];
  for (const { name, sent } of await forgeriesOf(vector)) {
    try {
      if (verifier(sent, vector.keys.paste)) faults.push(`passes: ${name}`);
    } catch {
      faults.push(`throws: ${name}`);
    }
  }
  return faults.join('\n');
}

describe('the forgeries find', () => {
  it.each(bugs)('%s', async (_, preset, verifier, found) => {
    expect(await faultsOf(vectorOf(preset), verifier)).toMatch(found);
  });

  it('nothing where there is nothing', async () => {
    expect(await faultsOf(vectorOf('github'), right)).toBe('');
  });
});
