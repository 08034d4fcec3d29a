import { LinearWebhookClient } from '@linear/sdk/webhooks';
import { verifyWebhookSignature } from '@notionhq/client';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { verifyKey } from 'discord-interactions';
import { describe, expect, it } from 'vitest';
import { judge, type Published, post } from './published.ts';
import { genuine, type Sent, type Vector } from './vector.ts';
import { vectors } from './vectors.ts';

const sendGridEvents = `${JSON.stringify([
  {
    email: 'hello@world.com',
    event: 'dropped',
    reason: 'Bounced Address',
    sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
    sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
    'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
    timestamp: 1_600_112_492,
  },
])}\r\n`;
const sendGridKey =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==';

const twilioUrl = 'https://mycompany.com/myapp.php';
const formType = 'application/x-www-form-urlencoded';
const twilioForm =
  'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';
const twilioFormSigned = {
  'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
  'content-type': formType,
};

/** Requests and signatures the services, or their libraries' tests, have published themselves. */
const published: Published[] = [
  {
    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    preset: 'github',
    secret: "It's a Secret to Everybody",
    sent: post(
      {
        'x-hub-signature-256':
          'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      },
      'Hello, World!',
    ),
    nowMs: 0,
  },
  {
    // https://docs.slack.dev/authentication/verifying-requests-from-slack
    preset: 'slack',
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    sent: post(
      {
        'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
        'x-slack-request-timestamp': '1531420618',
      },
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    ),
    nowMs: 1_531_420_618_000,
  },
  {
    // https://github.com/standard-webhooks/standard-webhooks : its libraries' tests.
    preset: 'standard_webhooks',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    sent: post(
      {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      '{"test": 2432232314}',
    ),
    nowMs: 1_614_265_330_000,
  },
  {
    // twilio-node, spec/validation: a form.
    preset: 'twilio',
    secret: '12345',
    sent: post(twilioFormSigned, twilioForm, { url: twilioUrl, search: '?foo=1&bar=2' }),
    nowMs: 0,
  },
  {
    // The same: JSON, whose hash stands in the address.
    preset: 'twilio',
    secret: '12345',
    sent: post(
      { 'x-twilio-signature': 'a9nBmqA0ju/hNViExpshrM61xv4=', 'content-type': 'application/json' },
      '{"property": "value", "boolean": true}',
      {
        url: twilioUrl,
        search:
          '?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620',
      },
    ),
    nowMs: 0,
  },
  {
    // @sendgrid/eventwebhook, src/eventwebhook.spec.js
    preset: 'sendgrid',
    secret: sendGridKey,
    sent: post(
      {
        'x-twilio-email-event-webhook-signature':
          'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
        'x-twilio-email-event-webhook-timestamp': '1600112502',
      },
      sendGridEvents,
    ),
    nowMs: 1_600_112_502_000,
  },
];

describe('published vectors', () => {
  it.each(published.map((vector) => [vector.preset, vector] as const))('%s', async (_, vector) => {
    expect(await judge(vector)).toBe('verified');
    expect(await judge({ ...vector, secret: `${vector.secret}x` })).not.toBe('verified');
    const body = Buffer.concat([vector.sent.body, Buffer.from('x')]);
    expect(await judge({ ...vector, sent: { ...vector.sent, body } })).not.toBe('verified');
  });

  it('Twilio: the port may be written or not, and another address is another request', async () => {
    const [form] = published.filter(({ preset }) => preset === 'twilio');
    if (!form) throw new Error('No vector');
    const at = (url: string) => judge({ ...form, sent: { ...form.sent, url } });
    expect(await at('https://mycompany.com:443/myapp.php')).toBe('verified');
    expect(await at('http://mycompany.com/myapp.php')).toBe('webhooks.signature_invalid');
    expect(await at('https://mycompany.com/other.php')).toBe('webhooks.signature_invalid');
  });

  it('Twilio: a signature over an address alone carries no body', async () => {
    const [form, json] = published.filter(({ preset }) => preset === 'twilio');
    if (!form || !json) throw new Error('No vector');
    const asJson = { ...form.sent.headers, 'content-type': ['application/json'] };
    expect(await judge({ ...form, sent: { ...form.sent, headers: asJson } })).not.toBe('verified');
    const body = Buffer.from('{"property": "other", "boolean": true}');
    expect(await judge({ ...json, sent: { ...json.sent, body } })).not.toBe('verified');
    const twice = `${json.sent.search}&bodySHA256=00`;
    expect(await judge({ ...json, sent: { ...json.sent, search: twice } })).not.toBe('verified');
  });
});

const vectorOf = (preset: string): Vector => {
  const found = vectors.find((vector) => vector.preset === preset);
  if (!found) throw new Error(`No vector of ${preset}`);
  return found;
};

/** Where a library only verifies, it has to take what our vectors make by hand. */
describe('libraries of the services take our vectors', () => {
  const of = (sent: Sent, header: string): string => sent.headers[header]?.[0] ?? '';

  it.each(['discord', 'discord_interactions'])('%s', async (preset) => {
    const vector = vectorOf(preset);
    const sent = await genuine(vector);
    const [signature, at] = [of(sent, 'x-signature-ed25519'), of(sent, 'x-signature-timestamp')];
    expect(await verifyKey(Buffer.from(sent.body), signature, at, vector.keys.paste)).toBe(true);
  });

  it('sendgrid', async () => {
    const vector = vectorOf('sendgrid');
    const sent = await genuine(vector);
    const library = new EventWebhook();
    const isTaken = library.verifySignature(
      library.convertPublicKeyToECDSA(vector.keys.paste),
      Buffer.from(sent.body),
      of(sent, 'x-twilio-email-event-webhook-signature'),
      of(sent, 'x-twilio-email-event-webhook-timestamp'),
    );
    expect(isTaken).toBe(true);
  });

  it('linear', async () => {
    const vector = vectorOf('linear');
    const sent = await genuine(vector, { stamp: String(Date.now()) });
    const library = new LinearWebhookClient(vector.keys.paste);
    expect(library.verify(Buffer.from(sent.body), of(sent, 'linear-signature'))).toBe(true);
  });

  it('notion', async () => {
    const vector = vectorOf('notion');
    const sent = await genuine(vector);
    const isTaken = await verifyWebhookSignature({
      body: Buffer.from(sent.body),
      signature: of(sent, 'x-notion-signature'),
      verificationToken: vector.keys.paste,
    });
    expect(isTaken).toBe(true);
  });
});
