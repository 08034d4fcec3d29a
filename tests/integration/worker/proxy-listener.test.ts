import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '#lib/api/index';
import { systemClock } from '#lib/core/index';
import { createCallSigner } from '#lib/security/index';
import { patience } from '../../setup/patience.ts';
import { type Ask, origin, request } from '../api/web-fixture.ts';
import { closedPort, makeProxyWorld, type ProxyWorld, secret, speak } from './proxy-world.ts';

let at: ProxyWorld;
let api: Api;
let cookie: string;
const megabyte = 1_048_576;

beforeAll(async () => {
  at = await makeProxyWorld();
  api = at.api();
  cookie = await at.cookie(at.world.owner.userId);
});
afterAll(() => at.close());
beforeEach(() => {
  at.service.asked.length = 0;
  at.service.answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': 'a=b' });
    response.end('{"ok":true}');
  };
});

const ask = (target: string, options: Ask = {}, on = api): Promise<Response> =>
  on.fetch(request(at.path(target), { cookie, headers: { origin }, ...options }));

describe('a call of a member', () => {
  it('reaches the service as it was written, with the credential of the connection', async () => {
    const answer = await ask('/repos/o/r/labels/a%2Fb?x=1&x=2&expand[]=y', {
      headers: { origin, accept: 'text/plain', 'x-github-api-version': '2022-11-28' },
    });
    expect([answer.status, await answer.text()]).toEqual([200, '{"ok":true}']);
    const [asked] = at.service.asked;
    expect(asked).toMatchObject({
      method: 'GET',
      url: '/api/repos/o/r/labels/a%2Fb?x=1&x=2&expand[]=y',
      headers: {
        accept: 'text/plain',
        'x-github-api-version': '2022-11-28',
        authorization: expect.stringMatching(/^Bearer access-/) as string,
      },
    });
    expect(asked?.headers.cookie).toBeUndefined();
    expect(asked?.headers['origin']).toBeUndefined();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s takes its body along', async (method) => {
    const answer = await ask('/issues', { method, body: '{"a":"ä"}' });
    expect(answer.status).toBe(200);
    expect(at.service.asked).toMatchObject([{ method, url: '/api/issues', body: '{"a":"ä"}' }]);
  });

  it('is answered by something that can do nothing in a browser', async () => {
    at.service.answer = (_, response) => {
      response.writeHead(200, {
        'content-type': 'text/html',
        'set-cookie': 'patchbay.session=evil',
        'content-security-policy': 'default-src *',
        'access-control-allow-origin': '*',
      });
      response.end('<script>alert(1)</script>');
    };
    const { headers } = await ask('/page');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(headers.get('content-disposition')).toBe('attachment');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-patchbay-answer')).toBeNull();
  });

  it('streams: the first bytes are here before the last ones are written', async () => {
    let open: ServerResponse | null = null;
    at.service.answer = (_, response) => {
      open = response;
      response.write('first,');
    };
    const reader = (await ask('/stream')).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first,');
    (open as ServerResponse | null)?.end('last');
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('last');
  });

  it('takes twelve megabytes, and is told of thirty before any of it', async () => {
    at.service.answer = (_, response) => response.end(Buffer.alloc(12 * megabyte, 'x'));
    const whole = await ask('/large');
    expect((await whole.arrayBuffer()).byteLength).toBe(12 * megabyte);
    at.service.answer = (_, response) => response.end(Buffer.alloc(30 * megabyte, 'x'));
    const refused = await ask('/larger');
    expect(refused.status).toBe(502);
    expect(await refused.json()).toMatchObject({ code: 'provider.answer_too_large' });
  });

  it('ends at the service when only the head was wanted', async () => {
    let isCut = false;
    at.service.answer = (_, response) => {
      response.once('close', () => {
        isCut = true;
      });
      response.write('x');
    };
    const answer = await ask('/endless', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    await expect.poll(() => isCut, patience).toBe(true);
  });

  it('ends at the service when the member leaves', async () => {
    let isCut = false;
    at.service.answer = (_, response) => {
      response.once('close', () => {
        isCut = true;
      });
      response.write('x');
    };
    const answer = await ask('/endless');
    await answer.body?.cancel();
    await expect.poll(() => isCut, patience).toBe(true);
  });
});

describe('a call that is refused', () => {
  it.each<[string, string, Ask, number, string]>([
    ['a way out', '/a/%252e%252e/x', {}, 400, 'request.invalid'],
    ['another host', '//evil.test/', {}, 400, 'request.invalid'],
    ['a smuggled header', '/a%0d%0aX-Evil:1', {}, 400, 'request.invalid'],
    [
      'another site',
      '/x',
      { headers: { origin: 'https://evil.test' } },
      403,
      'request.origin_refused',
    ],
    ['a link on another site', '/x', { headers: {} }, 403, 'request.origin_refused'],
    ['no session', '/x', { cookie: undefined }, 401, 'identity.unauthenticated'],
    [
      'a packed body',
      '/x',
      { method: 'POST', body: 'x', headers: { origin, 'content-encoding': 'gzip' } },
      415,
      'request.unsupported_encoding',
    ],
    [
      'a body that is too large',
      '/x',
      { method: 'POST', body: 'x'.repeat(megabyte + 1) },
      413,
      'request.too_large',
    ],
  ])('%s', async (_, target, options, status, code) => {
    const answer = await ask(target, options);
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
    expect(at.service.asked).toEqual([]);
  });

  it('a redirect into the private network', async () => {
    at.service.answer = (_, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    };
    const answer = await ask('/moved');
    expect(answer.headers.get('location')).toBeNull();
    expect([answer.status, await answer.json()]).toMatchObject([
      502,
      { code: 'provider.redirected' },
    ]);
  });
});

describe('the way to the worker', () => {
  it('is by the queue when nobody listens', async () => {
    const alone = at.api({ url: `http://127.0.0.1:${await closedPort()}` });
    const answer = await at.world.during(
      ask('/issues', { method: 'POST', body: '{"a":1}' }, alone),
    );
    expect([answer.status, await answer.text()]).toEqual([200, '{"ok":true}']);
    expect(at.service.asked).toMatchObject([{ method: 'POST', body: '{"a":1}' }]);
  });

  it('is not the member’s fault when the two do not know each other', async () => {
    const answer = await ask(
      '/x',
      {},
      at.api({ secret: 'another secret, of nobody we know at all' }),
    );
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { code: 'internal.unavailable' },
    ]);
    expect(at.service.asked).toEqual([]);
  });
});

describe('the listener by itself', () => {
  const signer = createCallSigner(secret, systemClock);
  const token = (body = '', more: Record<string, string> = {}) =>
    signer.sign(
      {
        method: 'POST',
        target: '/x',
        headers: {},
        workspace_id: at.world.owner.workspaceId,
        connection_id: at.connectionId,
        has_body: body !== '',
        ...more,
      },
      Buffer.from(body),
    );
  const head = async (lines: string[], body = '') =>
    [
      'POST /proxy HTTP/1.1',
      'host: worker',
      `authorization: Bearer ${await token(body)}`,
      'connection: close',
      ...lines,
    ].join('\r\n');
  const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
  const smuggled = 'POST /proxy HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n';

  it('takes what is right', async () => {
    const text = `${await head(['content-length: 3'], 'abc')}\r\n\r\nabc`;
    expect(statusOf(await speak(at.listener.port, text))).toBe(200);
    expect(at.service.asked).toMatchObject([{ body: 'abc' }]);
  });

  it.each([
    ['a length and chunks', ['content-length: 6', 'transfer-encoding: chunked']],
    ['two lengths', ['content-length: 0', `content-length: ${smuggled.length}`]],
    ['a length in a list', ['content-length: 0, 40']],
    ['a signed length', ['content-length: +0']],
    ['chunks under another name', ['transfer-encoding: xchunked']],
    ['chunks with more behind', ['transfer-encoding: chunked, identity']],
    ['a space before the colon', ['content-length : 0']],
    ['a folded header', ['x-a: b', ' content-length: 0']],
    ['a line feed alone', ['x-a: b\ncontent-length: 0']],
    ['a zero in a header', ['x-a: \0']],
  ])('refuses %s, and takes nothing behind it for a request', async (_, lines) => {
    const answer = await speak(at.listener.port, `${await head(lines)}\r\n\r\n${smuggled}`);
    expect(answer.match(/^HTTP\/1\.1 /gm)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(statusOf(answer)).toBe(400);
    expect(at.service.asked).toEqual([]);
  });

  it('takes a token once, for its own body, and no other request', async () => {
    const right = `${await head(['content-length: 3'], 'abc')}\r\n\r\nabc`;
    expect(statusOf(await speak(at.listener.port, right))).toBe(200);
    expect(statusOf(await speak(at.listener.port, right))).toBe(401);
    const other = `${await head(['content-length: 3'], 'abc')}\r\n\r\nabd`;
    expect(statusOf(await speak(at.listener.port, other))).toBe(401);
    const bare =
      'POST /proxy HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
    expect(statusOf(await speak(at.listener.port, bare))).toBe(401);
    for (const start of ['GET /proxy', 'POST /health', 'POST /proxy/', 'POST //proxy']) {
      const text = (await head(['content-length: 0'])).replace('POST /proxy', start);
      expect(statusOf(await speak(at.listener.port, `${text}\r\n\r\n`))).toBe(404);
    }
    expect(at.service.asked).toHaveLength(1);
  });

  it('looks again at what web has looked at', async () => {
    for (const target of ['//evil.test/', '/../oauth/token', '/a\r\nx: y']) {
      const line = `authorization: Bearer ${await token('', { target })}`;
      const text = (await head(['content-length: 0'])).replace(/authorization: .*/, line);
      const answer = await speak(at.listener.port, `${text}\r\n\r\n`);
      expect([statusOf(answer), answer]).toEqual([
        400,
        expect.stringContaining('request.invalid') as string,
      ]);
    }
    expect(at.service.asked).toEqual([]);
  });
});

it('keeps a workspace to its pace', async () => {
  expect((await ask('/x')).status).toBe(200);
  await at.world.admin`update private.rate_limits set count = 300`;
  const answer = await ask('/x');
  expect([answer.status, await answer.json()]).toMatchObject([
    429,
    { code: 'request.rate_limited' },
  ]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});
