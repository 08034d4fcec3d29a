import { githubHeaders, signature } from './inbox-fixture.ts';

export interface Sent {
  method?: string;
  connector?: string;
  endpointId?: string;
  headers: Record<string, string>;
  body: string | Buffer;
}

export interface BadRequest {
  name: string;
  status: number;
  code: string;
  /** The reason it is counted under, when that says more than the answer may. */
  counted?: string;
  /** For an endpoint with this secret. */
  make(this: void, secret: string): Sent;
}

/** A request that is signed and whole, with some headers replaced or left out. */
export const signed = (
  secret: string,
  body: string | Buffer = '{"action":"opened"}',
  overrides: Record<string, string | undefined> = {},
): Sent => ({ body, headers: githubHeaders(secret, body, overrides) });

const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
const large = JSON.stringify({ a: 'x'.repeat(2_000_000) });
const notUtf8 = Buffer.from([...Buffer.from('{"a":"'), 0xff, 0xfe, ...Buffer.from('"}')]);

type Overrides = Record<string, string | undefined>;
const badHeader = (name: string, overrides: Overrides): BadRequest => ({
  name,
  status: 400,
  code: 'webhooks.header_invalid',
  make: (secret) => signed(secret, '{}', overrides),
});
const badBody = (name: string, code: string, body: string | Buffer): BadRequest => ({
  name,
  status: 400,
  code,
  make: (secret) => signed(secret, body),
});
const badSignature = (name: string, of: (secret: string) => string): BadRequest => ({
  name,
  status: 401,
  code: 'webhooks.signature_invalid',
  make: (secret) => signed(secret, '{}', { 'x-hub-signature-256': of(secret) }),
});
const encoded = (number: number, encoding: string): BadRequest => ({
  name: `${number}: Content-Encoding: ${encoding}`,
  status: 415,
  code: 'request.unsupported_encoding',
  make: (secret) => signed(secret, '{}', { 'content-encoding': encoding }),
});

export const badRequests: readonly BadRequest[] = [
  {
    name: '49: no signature',
    status: 401,
    code: 'webhooks.signature_invalid',
    counted: 'webhooks.signature_missing',
    make: (secret) => signed(secret, '{}', { 'x-hub-signature-256': undefined }),
  },
  badSignature('56: a signature by another secret', () => signature('wrong', '{}')),
  badSignature('63: a signature of another body', (secret) => signature(secret, '{ }')),
  badSignature('51: a signature that is too short', () => 'sha256=ab'),
  {
    name: '14: a body of 2 MB',
    status: 413,
    code: 'request.too_large',
    make: (secret) => signed(secret, large),
  },
  {
    name: '14: a body of 2 MB that comes in chunks',
    status: 413,
    code: 'request.too_large',
    make: (secret) => signed(secret, large, { 'transfer-encoding': 'chunked' }),
  },
  encoded(16, 'gzip'),
  encoded(17, 'br'),
  encoded(19, 'identity'),
  badBody('8: invalid UTF-8', 'request.invalid_utf8', notUtf8),
  badBody('33: U+0000', 'request.unstorable_text', String.raw`{"a":"\u0000"}`),
  badBody('24: depth 10,000', 'request.too_deep', deep),
  badBody('28: a key twice', 'request.duplicate_key', '{"a":1,"a":2}'),
  badBody('42: a list', 'request.malformed_json', '[]'),
  badBody('41: no JSON', 'request.malformed_json', 'payload=%7B%7D'),
  badBody('1: nothing', 'request.malformed_json', ''),
  badHeader('45: a delivery id of 3,000 bytes', { 'x-github-delivery': 'x'.repeat(3_000) }),
  badHeader('46: an empty delivery id', { 'x-github-delivery': '' }),
  badHeader('no delivery id', { 'x-github-delivery': undefined }),
  badHeader('46: a tab in the delivery id', { 'x-github-delivery': 'a\tb' }),
  badHeader('no event name', { 'x-github-event': undefined }),
];
