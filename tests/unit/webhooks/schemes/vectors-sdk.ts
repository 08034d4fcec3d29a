import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signWith,
} from 'node:crypto';
import { signWebhookPayload } from '@notionhq/client';
import { sign as signForGitHub } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import { hmac, type Keys, same, textKeys, type Vector, whsecKeys } from './vector.ts';

/** Requests signed by the services' own libraries, or checked by them where these only verify. */

const ed25519 = (): KeyObject => generateKeyPairSync('ed25519').privateKey;
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
/** The last 32 bytes of a key's DER are the key (RFC 8410). */
const rawPublic = (privateKey: string): Buffer => Buffer.from(publicDer(privateKey).subarray(-32));
const publicDer = (privateKey: string): Buffer =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'der' });

const edKeys = (write: (raw: Buffer) => string): Keys => {
  const sign = pem(ed25519());
  return { sign, paste: write(rawPublic(sign)) };
};
const inHex = (raw: Buffer): string => raw.toString('hex');
const inWhpk = (raw: Buffer): string => `whpk_${raw.toString('base64')}`;

const stripe = new Stripe('sk_test_none');

const signEd = (key: string, content: string): Buffer => signWith(null, Buffer.from(content), key);

export const sdkVectors: readonly Vector[] = [
  {
    preset: 'github',
    by: 'sdk',
    ...textKeys,
    body: () => '{"action":"opened","issue":{"number":1},"sender":{"login":"ä"}}',
    sign: async ({ key, body }) => {
      const signature = await signForGitHub(key, body);
      return {
        headers: {
          'X-Hub-Signature-256': signature,
          'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
          'X-GitHub-Event': 'issues',
        },
        proof: signature.slice('sha256='.length),
      };
    },
  },
  {
    preset: 'stripe',
    by: 'sdk',
    keys: same('whsec_test_secret_of_the_endpoint'),
    otherKeys: same('whsec_another_endpoint'),
    body: () => '{"id":"evt_1","object":"event","type":"customer.updated"}',
    sign: ({ key, body, stamp }) => {
      const header = /^\d+$/.test(stamp)
        ? stripe.webhooks.generateTestHeaderString({
            payload: body,
            secret: key,
            timestamp: Number(stamp),
          })
        : `t=${stamp},v1=${hmac('sha256', key, `${stamp}.${body}`, 'hex')}`;
      return { headers: { 'Stripe-Signature': header }, proof: header.split('v1=')[1] ?? '' };
    },
  },
  {
    preset: 'standard_webhooks',
    by: 'sdk',
    ...whsecKeys,
    body: () => '{"type":"user.created","data":{"id":7}}',
    sign: ({ key, body, stamp }) => standard('webhook', key, body, stamp),
  },
  {
    preset: 'gitlab',
    by: 'sdk',
    ...whsecKeys,
    body: () => '{"object_kind":"issue","project":{"id":1}}',
    sign: ({ key, body, stamp }) => standard('webhook', key, body, stamp),
  },
  {
    preset: 'svix',
    by: 'sdk',
    ...whsecKeys,
    body: () => '{"type":"user.created","data":{"id":7}}',
    sign: ({ key, body, stamp }) => standard('svix', key, body, stamp),
  },
  {
    preset: 'standard_webhooks_v1a',
    by: 'by_hand',
    keys: edKeys(inWhpk),
    otherKeys: edKeys(inWhpk),
    body: () => '{"type":"user.created","data":{"id":7}}',
    sign: ({ key, body, stamp }) => {
      const proof = signEd(key, `msg_1.${stamp}.${body}`).toString('base64');
      return {
        headers: {
          'webhook-id': 'msg_1',
          'webhook-timestamp': stamp,
          'webhook-signature': `v1a,${proof}`,
        },
        proof,
      };
    },
  },
  {
    preset: 'notion',
    by: 'sdk',
    keys: same('secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl'),
    otherKeys: same('secret_another'),
    body: () => '{"id":"367cba44-b6f3-4c92-81e7-6a2e9659efd4","type":"page.created"}',
    sign: async ({ key, body }) => {
      const signature = await signWebhookPayload({ body, verificationToken: key });
      return {
        headers: { 'X-Notion-Signature': signature },
        proof: signature.replace('sha256=', ''),
      };
    },
  },
  ...(['discord', 'discord_interactions'] as const).map(
    (preset): Vector => ({
      preset,
      by: 'by_hand',
      keys: edKeys(inHex),
      otherKeys: edKeys(inHex),
      body: () => '{"version":1,"type":1,"event":{"type":"APPLICATION_AUTHORIZED"}}',
      sign: ({ key, body, stamp }) => {
        const proof = signEd(key, `${stamp}${body}`).toString('hex');
        return {
          headers: { 'X-Signature-Ed25519': proof, 'X-Signature-Timestamp': stamp },
          proof,
        };
      },
    }),
  ),
];

/** Their library wants a whole number of seconds; garbage is signed by hand. */
function standard(names: 'webhook' | 'svix', key: string, body: string, stamp: string) {
  const at = new Date(Number(stamp) * 1_000);
  const isTime = /^\d{1,12}$/.test(stamp);
  const library = names === 'svix' ? new SvixWebhook(key) : new StandardWebhook(key);
  const signature = isTime
    ? library.sign('msg_p5jXN8AQM9LWM0D4loKWxJek', at, body)
    : `v1,${createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
        .update(`msg_p5jXN8AQM9LWM0D4loKWxJek.${stamp}.${body}`)
        .digest('base64')}`;
  return {
    headers: {
      [`${names}-id`]: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      [`${names}-timestamp`]: stamp,
      [`${names}-signature`]: signature,
    },
    proof: signature.slice('v1,'.length),
  };
}
