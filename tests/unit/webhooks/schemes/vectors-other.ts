import { generateKeyPairSync, type KeyObject, sign as signWith } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { exportJWK, importPKCS8, SignJWT } from 'jose';
import { type Keys, same, sentAtMs, textKeys, url, type Vector } from './vector.ts';

/** Public keys, tokens that come along, and tokens that are signed themselves. */

const asPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function ecKeys(): Keys {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const paste = pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return { sign: asPem(pair.privateKey), paste };
}

function rsaKeys(): Keys {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const paste = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { sign: asPem(pair.privateKey), paste };
}

async function jwksKeys(): Promise<Keys> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const jwk = { ...(await exportJWK(pair.publicKey)), alg: 'RS256', kid: 'k1', use: 'sig' };
  return { sign: asPem(pair.privateKey), paste: JSON.stringify({ keys: [jwk] }) };
}

/** Valid for five minutes from the moment of sending. */
const claims = (more: Record<string, unknown>, alg: string) =>
  new SignJWT(more)
    .setProtectedHeader({ alg, typ: 'JWT', ...(alg === 'RS256' ? { kid: 'k1' } : {}) })
    .setIssuedAt(sentAtMs / 1_000)
    .setExpirationTime(sentAtMs / 1_000 + 300);

export const otherVectors: readonly Vector[] = [
  {
    preset: 'sendgrid',
    by: 'by_hand',
    keys: ecKeys(),
    otherKeys: ecKeys(),
    body: () => '[{"email":"a@example.com","event":"open","sg_event_id":"x"}]\r\n',
    sign: ({ key, body, stamp }) => {
      const proof = signWith('sha256', Buffer.from(`${stamp}${body}`), key).toString('base64');
      return {
        headers: {
          'X-Twilio-Email-Event-Webhook-Signature': proof,
          'X-Twilio-Email-Event-Webhook-Timestamp': stamp,
        },
        proof,
      };
    },
  },
  {
    preset: 'paypal',
    by: 'by_hand',
    keys: rsaKeys(),
    otherKeys: rsaKeys(),
    body: () => '{"id":"WH-1","event_type":"PAYMENT.SALE.COMPLETED"}',
    sign: ({ key, body, stamp }) => {
      const content = `t-1|${stamp}|WEBHOOK_ID|${crc32(body)}`;
      const proof = signWith('sha256', Buffer.from(content), key).toString('base64');
      return {
        headers: {
          'PAYPAL-TRANSMISSION-ID': 't-1',
          'PAYPAL-TRANSMISSION-TIME': stamp,
          'PAYPAL-TRANSMISSION-SIG': proof,
        },
        proof,
      };
    },
  },
  inHeader('gitlab_token', 'X-Gitlab-Token', '{"object_kind":"issue"}'),
  inHeader('salesforce_apex', 'X-Patchbay-Token', '{"id":"1","type":"Case"}'),
  inHeader('google_channel', 'X-Goog-Channel-Token', '', {
    'X-Goog-Channel-ID': 'channel-1',
    'X-Goog-Message-Number': '2',
    'X-Goog-Resource-State': 'exists',
  }),
  {
    preset: 'figma',
    by: 'by_hand',
    ...textKeys,
    body: () => '{"event_type":"FILE_UPDATE","webhook_id":"1"}',
    sign: ({ key, body }) => ({
      headers: {},
      body: body.replace('{', `{"passcode":${JSON.stringify(key)},`),
      proof: key,
    }),
  },
  {
    preset: 'microsoft_graph',
    by: 'by_hand',
    ...textKeys,
    body: () => '{"value":[CLIENT,CLIENT]}',
    sign: ({ key, body }) => ({
      headers: {},
      body: body.replaceAll(
        'CLIENT',
        JSON.stringify({
          subscriptionId: 's',
          changeType: 'updated',
          resource: 'r',
          clientState: key,
        }),
      ),
      proof: key,
    }),
  },
  {
    preset: 'monday',
    by: 'by_hand',
    keys: same('the signing secret of an app at monday'),
    otherKeys: same('the signing secret of another app there'),
    body: () => '{"event":{"type":"update_column_value","triggerUuid":"t1"}}',
    sign: async ({ key }) => {
      const proof = await claims({ accountId: 1 }, 'HS256').setAudience(url).sign(Buffer.from(key));
      return { headers: { Authorization: proof }, proof };
    },
  },
  {
    preset: 'jira_dynamic',
    by: 'by_hand',
    keys: same('the client secret of an OAuth app at Atlassian'),
    otherKeys: same('the client secret of another OAuth app there'),
    body: () => '{"webhookEvent":"jira:issue_updated"}',
    sign: async ({ key }) => {
      const proof = await claims({ iss: 'client' }, 'HS256').sign(Buffer.from(key));
      return {
        headers: { Authorization: `Bearer ${proof}`, 'X-Atlassian-Webhook-Identifier': 'w-1' },
        proof,
      };
    },
  },
  {
    preset: 'gmail',
    by: 'by_hand',
    keys: await jwksKeys(),
    otherKeys: await jwksKeys(),
    body: () => '{"message":{"messageId":"1","data":"e30="}}',
    sign: async ({ key }) => {
      const proof = await claims({ email: 'push@example.com', email_verified: true }, 'RS256')
        .setAudience(url)
        .setIssuer('https://accounts.google.com')
        .sign(await importPKCS8(key, 'RS256'));
      return { headers: { Authorization: `Bearer ${proof}` }, proof };
    },
  },
];

function inHeader(
  preset: string,
  header: string,
  body: string,
  more: Record<string, string> = {},
): Vector {
  return {
    preset,
    by: 'by_hand',
    ...textKeys,
    body: () => body,
    sign: ({ key }) => ({ headers: { [header]: key, ...more }, proof: key }),
  };
}
