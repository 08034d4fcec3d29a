import { describe, expect, it } from 'vitest';
import { judge, type Published, post } from './published.ts';

/**
 * Shopify, HubSpot and Square. Their libraries are too large to come along with the tests (18, 23 and
 * 41 MB), so the signatures stand here: as the tests of these libraries have them, or as the library
 * that is named made them.
 */
interface Made extends Published {
  name: string;
  /** A request that is another one to the service. */
  other: Partial<Published['sent']>;
}

const squareSent = (key: string, proof: string, body: string, url: string) => ({
  preset: 'square',
  secret: key,
  sent: post({ 'x-square-hmacsha256-signature': proof }, body, { url }),
  nowMs: 0,
});
const squareTest =
  '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}';

/** https://github.com/square/square-nodejs-sdk : tests/integration/webhooks.test.ts */
const square: Made[] = [
  {
    name: 'a test notification',
    ...squareSent(
      'Ibxx_5AKakO-3qeNVR61Dw',
      'GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=',
      squareTest,
      'https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9',
    ),
    other: { url: 'https://webhook.site/79a4f3a-dcfa-49ee-bac5-9d0edad886b9' },
  },
  {
    name: 'a short one',
    ...squareSent(
      'signature-key',
      'W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA=',
      '{"data":{"type":"webhooks","id":"fake_id"}}',
      'https://webhook.site/webhooks',
    ),
    other: { url: 'https://webhook.site/webhooks/' },
  },
  {
    name: 'angle brackets that nobody escapes',
    ...squareSent(
      'signature-key',
      'Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=',
      '{"data":{"type":"webhooks","id":">id<"}}',
      'https://webhook.site/webhooks',
    ),
    other: { body: Buffer.from(String.raw`{"data":{"type":"webhooks","id":"\u003eid\u003c"}}`) },
  },
];

const hubspotUrl = 'https://www.example.com/webhook_uri';
const hubspotEvents =
  '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';
const hubspotSent = (proof: string, at: string, body: string, search = '') => ({
  preset: 'hubspot',
  secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
  sent: post({ 'x-hubspot-signature-v3': proof, 'x-hubspot-request-timestamp': at }, body, {
    url: hubspotUrl,
    search,
  }),
  nowMs: Number(at),
});

/**
 * The libraries sign the address they are given. What is given is told by HubSpot's page on validating
 * requests: with twelve escapes resolved and all others as they came. So @hubspot/api-client 13.5.0,
 * `Signature.getSignature('POST', 'v3', …)`, was given the address on the right and ours gets the
 * query on the left.
 */
const hubspot: Made[] = [
  {
    // https://github.com/HubSpot/hubspot-api-python : its tests of Signature.
    name: 'no query, from the library for Python',
    ...hubspotSent(
      'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
      '1693657560000',
      "{'example_field':'example_value'}",
    ),
    other: { search: '?a=1' },
  },
  {
    // https://github.com/HubSpot/hubspot-api-ruby : spec/helpers/signature_spec.rb
    name: 'no query, from the library for Ruby',
    ...hubspotSent(
      'RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=',
      '1700000300000',
      "{'example_field':'example_value'}",
    ),
    other: { url: 'http://www.example.com/webhook_uri' },
  },
  {
    name: 'no query, events',
    ...hubspotSent('XS06oCOT9m8irKy84IzqPg5eQtib4I0G+nfF1P7kI8g=', '1760000000000', hubspotEvents),
    other: { method: 'PUT' },
  },
  {
    name: "the twelve escapes: ?a=:/?@!$'()*,;",
    ...hubspotSent(
      'qSCufi2U5Hd1dIOVFhCbBY7JiV2y3uVA8JQJzKKSG3M=',
      '1760000000000',
      hubspotEvents,
      '?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B',
    ),
    other: { search: '?a=%253A%2F%3F%40%21%24%27%28%29%2A%2C%3B' },
  },
  {
    name: 'the same in small letters',
    ...hubspotSent(
      'qSCufi2U5Hd1dIOVFhCbBY7JiV2y3uVA8JQJzKKSG3M=',
      '1760000000000',
      hubspotEvents,
      '?a=%3a%2f%3f%40%21%24%27%28%29%2a%2c%3b',
    ),
    other: { search: "?a=:/?@!$'()*,%3b%3b" },
  },
  {
    name: 'escapes that stay: ?a=%20%26%3D%2B%25%23&b=c',
    ...hubspotSent(
      'YZUb4vjlHJJGtO5/X4cUo8pZLcVTCXIHpAO9hItyWY4=',
      '1760000000000',
      hubspotEvents,
      '?a=%20%26%3D%2B%25%23&b=c',
    ),
    other: { search: '?a= &=+%#&b=c' },
  },
  {
    name: 'both: ?to=https://x.example/p?q=1&name=J%C3%BCrgen%20(me)',
    ...hubspotSent(
      'j1ker1kbREWHiRBm1qvytd9cqj5OmSxEoaZ+zMakAUk=',
      '1760000000000',
      hubspotEvents,
      '?to=https%3A%2F%2Fx.example%2Fp%3Fq=1&name=J%C3%BCrgen%20%28me%29',
    ),
    other: { search: '?name=J%C3%BCrgen%20%28me%29&to=https%3A%2F%2Fx.example%2Fp%3Fq=1' },
  },
];

/**
 * Shopify has published none: its own tests compute what they compare. Made by `createSHA256HMAC` of
 * @shopify/shopify-api 13.1.0, and taken as valid by its `shopify.webhooks.validate`.
 */
const shopify: Made[] = [
  {
    name: 'an order, beyond ASCII and with an escape that is to stay',
    preset: 'shopify',
    secret: 'hush: the client secret of an app',
    sent: post(
      {
        'x-shopify-hmac-sha256': 'YTWyHicKVog3D06gVXpYV9vnYATpWLodejDx4KIiLyo=',
        'x-shopify-topic': 'orders/create',
        'x-shopify-webhook-id': 'b54557e4',
      },
      String.raw`{"id":820982911946154508,"email":"jon@example.com","note":"Käse <&> \u00e9 日本","total_price":"403.00"}`,
    ),
    nowMs: 0,
    other: {
      body: Buffer.from(
        '{"id":820982911946154508,"email":"jon@example.com","note":"Käse <&> é 日本","total_price":"403.00"}',
      ),
    },
  },
];

describe.each([
  ['square', square],
  ['hubspot', hubspot],
  ['shopify', shopify],
])('what the library of %s has signed', (_, made) => {
  it.each(made.map((vector) => [vector.name, vector] as const))(
    '%s → verified, and nothing beside it',
    async (_name, vector) => {
      expect(await judge(vector)).toBe('verified');
      expect(await judge({ ...vector, secret: `${vector.secret}x` })).not.toBe('verified');
      const longer = Buffer.concat([vector.sent.body, Buffer.from(' ')]);
      for (const changed of [{ body: longer }, vector.other]) {
        const sent = { ...vector.sent, ...changed };
        expect(await judge({ ...vector, sent })).toBe('webhooks.signature_invalid');
      }
    },
  );
});
