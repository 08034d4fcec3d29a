import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '#lib/hub/gateway';
import type { Receiver } from '#lib/webhooks/index';
import { answerWebhookRequest } from '@/app/api/webhooks/[connector]/[endpoint]/answer-webhook-request';
import { patience } from '../../setup/patience.ts';
import { githubHeaders, type InboxFixture, inboxFixture } from '../webhooks/inbox-fixture.ts';
import { exchange, gatewayBefore } from './parts.ts';
import { type Answer, bytesOf, type Overrides, readAnswer, requestBytes } from './raw-webhook.ts';

type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

let inbox: InboxFixture;
let receiver: Receiver;
let gateway: Gateway;
beforeAll(async () => {
  inbox = await inboxFixture();
  receiver = inbox.receiver();
  gateway = await gatewayBefore({ db: inbox.web, webUrl: 'http://127.0.0.1:1', receiver });
});
afterAll(async () => {
  await gateway.close();
  await inbox.close();
});

const stored = async (): Promise<number> => {
  const [row] = await inbox.admin<
    { n: number }[]
  >`select count(*)::int as n from public.inbox_events where parent_id is null`;
  return row?.n ?? -1;
};

const bytes = (...args: Tail<Parameters<typeof requestBytes>>): Buffer =>
  requestBytes(inbox, ...args);
const raw = async (request: Buffer): Promise<Answer> =>
  readAnswer(await exchange(gateway.port, request.toString('latin1'), 'latin1'));

async function byRoute(body: string | Buffer, overrides: Overrides = {}, method = 'POST') {
  const content = bytesOf(body);
  const request = new Request(`http://localhost/api/webhooks/github/${inbox.endpointId}`, {
    method,
    headers: githubHeaders(inbox.secret, content, overrides),
    ...(method === 'GET' || method === 'HEAD' || content.length === 0
      ? {}
      : { body: new Uint8Array(content) }),
  });
  const at = { request, connector: 'github', endpoint: inbox.endpointId, address: null };
  const answer = await answerWebhookRequest(receiver, at);
  const text = await answer.text();
  return { status: answer.status, code: /"code":"([a-z0-9_.]+)"/.exec(text)?.[1] ?? '' };
}

const json = '{"action":"opened"}';
const part = `--b\r\ncontent-disposition: form-data; name="files"; filename="/etc/passwd"\r\n\r\n${json}\r\n--b--\r\n`;
const bomb = brotliCompressSync(Buffer.alloc(50_000_000), {
  params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
});
const utf16 = Buffer.from(json, 'utf16le');
const inText = (hex: string): Buffer =>
  Buffer.concat([Buffer.from('{"a":"'), Buffer.from(hex, 'hex'), Buffer.from('"}')]);

describe('framing, by the gateway and by the Next route alike', () => {
  it.each<[string, string | Buffer, Overrides, number, string]>([
    ['1: an empty body is 400', '', {}, 400, 'request.malformed_json'],
    ['2: without a content type it is taken', json, { 'content-type': undefined }, 200, ''],
    ['3: text/plain with JSON is taken', json, { 'content-type': 'text/plain' }, 200, ''],
    [
      '4: multipart with a file part is 400, and nothing of it is a file',
      part,
      { 'content-type': 'multipart/form-data; boundary=b' },
      400,
      'request.malformed_json',
    ],
    ...['payload=%7B%7D', 'payload=%7B'].map(
      (body): [string, string, Overrides, number, string] => [
        `5: a form, which is one of the service’s own ways, is judged by what it carries: ${body}`,
        body,
        { 'content-type': 'application/x-www-form-urlencoded' },
        body.endsWith('D') ? 200 : 400,
        body.endsWith('D') ? '' : 'request.malformed_json',
      ],
    ),
    [
      '6: UTF-16, announced, is 400',
      utf16,
      { 'content-type': 'application/json; charset=utf-16' },
      400,
      'request.unstorable_text',
    ],
    ['7: a byte order mark is 400', `\ufeff${json}`, {}, 400, 'request.malformed_json'],
    ['8: 0xff, signed, is 400', inText('ff'), {}, 400, 'request.invalid_utf8'],
    ['9: an overlong slash is 400', inText('c0af'), {}, 400, 'request.invalid_utf8'],
    [
      '9: a surrogate in UTF-8 (CESU) is 400',
      inText('eda080edb080'),
      {},
      400,
      'request.invalid_utf8',
    ],
    [
      '14: one byte over the limit is 413',
      `{"a":"${'x'.repeat(1_048_576 - 7)}"}`,
      {},
      413,
      'request.too_large',
    ],
    [
      '14: the last byte within the limit is taken',
      `{"a":"${'x'.repeat(1_048_576 - 8)}"}`,
      {},
      200,
      '',
    ],
    [
      '15: 10 MB and one byte is 413 and not cut',
      `{"a":"${'x'.repeat(10_485_761 - 8)}"}`,
      {},
      413,
      'request.too_large',
    ],
    [
      '16: gzip is 415',
      gzipSync(json),
      { 'content-encoding': 'gzip' },
      415,
      'request.unsupported_encoding',
    ],
    [
      '17: a brotli bomb is 415 and never unpacked',
      bomb,
      { 'content-encoding': 'br' },
      415,
      'request.unsupported_encoding',
    ],
    [
      '18: gzip in gzip is 415',
      gzipSync(gzipSync(json)),
      { 'content-encoding': 'gzip, gzip' },
      415,
      'request.unsupported_encoding',
    ],
    [
      '19: identity, gzip is 415',
      json,
      { 'content-encoding': 'identity, gzip' },
      415,
      'request.unsupported_encoding',
    ],
    ['22: PUT is 405', json, { method: 'PUT' }, 405, 'request.method_not_allowed'],
    ['22: DELETE is 405', json, { method: 'DELETE' }, 405, 'request.method_not_allowed'],
  ])('%s', async (_, body, { method, ...overrides }, status, code) => {
    const before = await stored();
    const wanted = { status, code };
    expect(await raw(bytes(body, { overrides, method: method ?? 'POST' }))).toEqual(wanted);
    expect(await byRoute(body, overrides, method)).toEqual(wanted);
    expect((await stored()) - before).toBe(status === 200 ? 2 : 0);
  });
});

describe('framing that only a socket can say', () => {
  it('10: a length that is too small leaves a body that is not what was signed: refused, and the rest is no request of its own', async () => {
    const before = await stored();
    const smuggled = `{"a":1}POST /api/webhooks/github/${inbox.endpointId} HTTP/1.1\r\n`;
    expect([400, 401]).toContain((await raw(bytes(smuggled, { length: 7 }))).status);
    expect(await stored()).toBe(before);
  });

  it('11: a length that is too large waits for the rest and keeps nothing when it never comes', async () => {
    const before = await stored();
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes(json, { length: json.length + 100 }));
    await expect.poll(() => socket.bytesWritten, patience).toBeGreaterThan(json.length);
    socket.resume().end();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(await stored()).toBe(before);
  });

  it('12: a length and chunks at once is 400 before anything is read', async () => {
    const overrides = { 'transfer-encoding': 'chunked' };
    const sent = `${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`;
    expect((await raw(bytes(json, { overrides, sent }))).status).toBe(400);
  });

  it('15: a megabyte and more in chunks is 413, read to its end, and the connection goes on', async () => {
    const overrides = { 'transfer-encoding': 'chunked' };
    const piece = 'x'.repeat(65_536);
    const sent = `${`${piece.length.toString(16)}\r\n${piece}\r\n`.repeat(20)}0\r\n\r\n`;
    const both = Buffer.concat([
      bytes(piece.repeat(20), { overrides, length: null, sent, connection: 'keep-alive' }),
      bytes('{"next":1}'),
    ]);
    const said = await exchange(gateway.port, both.toString('latin1'), 'latin1');
    expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  it('13: chunks without an end keep nothing', async () => {
    const before = await stored();
    const socket = net.connect(gateway.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const overrides = { 'transfer-encoding': 'chunked' };
    const sent = `${json.length.toString(16)}\r\n${json}\r\n`;
    socket.write(bytes(json, { overrides, length: null, sent }));
    await expect.poll(() => socket.bytesWritten, patience).toBeGreaterThan(json.length);
    socket.destroy();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(await stored()).toBe(before);
  });

  it('13: chunks with nonsense for a size are 400', async () => {
    const overrides = { 'transfer-encoding': 'chunked' };
    for (const sent of [
      'zz\r\n{}\r\n0\r\n\r\n',
      '-1\r\n{}\r\n',
      `${'f'.repeat(40)}\r\n{}`,
      '2\r\n{}x0\r\n\r\n',
    ]) {
      expect((await raw(bytes('{}', { overrides, length: null, sent }))).status).toBe(400);
    }
  });

  it('20: a byte now and then holds nobody else up, and is cut in the end', async () => {
    const slow = net.connect(gateway.port, '127.0.0.1');
    slow.on('error', () => undefined);
    slow.write(bytes(json, { sent: '{' }));
    for (let n = 0; n < 20; n += 1) expect((await raw(bytes(`{"n":${n}}`))).status).toBe(200);
    let said = '';
    slow.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
    });
    await expect.poll(() => slow.destroyed || slow.closed, patience).toBe(true);
    expect(said).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('21: a connection cut in the middle of a body keeps nothing, whatever was signed', async () => {
    const before = await stored();
    for (const cut of [1, 5, json.length - 1]) {
      const socket = net.connect(gateway.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(bytes(json, { sent: json.slice(0, cut) }));
      await expect.poll(() => socket.bytesWritten, patience).toBeGreaterThan(cut);
      socket.resetAndDestroy();
    }
    expect((await raw(bytes('{"after":1}'))).status).toBe(200);
    expect(await stored()).toBe(before + 1);
  });

  it.each([
    ['GET', 405],
    ['HEAD', 405],
    ['OPTIONS', 405],
    ['TRACE', 405],
    ['PATCH', 405],
    ['CONNECT', 0],
    ['post', 400],
    ['FOO', 400],
  ])('22: %s is refused with %i', async (method, status) => {
    const before = await stored();
    expect((await raw(bytes(json, { method }))).status).toBe(status);
    expect(await stored()).toBe(before);
  });

  it.each([
    ['two lengths that differ', 'content-length: 2\r\ncontent-length: 3'],
    ['a length below nothing', 'content-length: -1'],
    ['a length in hex', 'content-length: 0x2'],
    ['a space before the colon', 'content-length : 2'],
    ['a line that is folded', 'x-a: b\r\n c: d\r\ncontent-length: 2'],
    ['a bare line feed', 'x-a: b\ncontent-length: 2'],
    ['a NUL in a header', 'x-a: b\0c\r\ncontent-length: 2'],
    ['chunked, hidden', 'transfer-encoding: xchunked\r\ncontent-length: 2'],
    ['headers of 20 kB', `x-a: ${'b'.repeat(20_000)}`],
  ])('%s is 4xx and starts nothing', async (_, lines) => {
    const before = await stored();
    const id = randomUUID();
    const text = `POST /api/webhooks/github/${inbox.endpointId} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-github-delivery: ${id}\r\n${lines}\r\n\r\n{}`;
    const { status } = readAnswer(await exchange(gateway.port, text, 'latin1'));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(await stored()).toBe(before);
  });
});
