import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Gateway } from '#lib/hub/gateway';
import { patience } from '../../setup/patience.ts';
import { adminDb, exchange, gatewayBefore, type Part, startPart, token } from './parts.ts';

let gateway: Gateway;
let web: Part;
let supabase: Part;
let sandbox: Part;
const db = adminDb();
const sockets: WebSocket[] = [];

beforeAll(async () => {
  web = await startPart((request, response) => {
    if (request.url === '/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      return;
    }
    if (request.url === '/break') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
      return;
    }
    if (request.url === '/echo') {
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => response.end(hash.digest('hex')));
      return;
    }
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.setHeader('location', '/elsewhere');
    response.writeHead(request.url === '/found' ? 302 : 200).end(`web ${request.url}`);
  });
  supabase = await startPart((request, response) => response.end(`supabase ${request.url}`));
  sandbox = await startPart((request, response) => response.end(`sandbox ${request.url}`));
  for (const part of [web, supabase]) {
    const server = new WebSocketServer({ noServer: true });
    part.server.on('upgrade', (request, socket, head) => {
      if (request.url === '/_next/refused')
        return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      part.seen.push(request);
      server.handleUpgrade(request, socket, head, (open) => {
        sockets.push(open);
        open.on('message', (data) => open.send(data));
      });
    });
  }
  gateway = await gatewayBefore({
    db,
    webUrl: web.url,
    supabaseUrl: supabase.url,
    sandboxUrl: sandbox.url,
    workerHealthUrl: supabase.url,
  });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([web.close(), supabase.close(), sandbox.close(), db.end()]);
});

const at = (path: string, scheme = 'http'): string =>
  `${scheme}://127.0.0.1:${gateway.port}${path}`;
const get = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(at(path), { redirect: 'manual', ...init });

describe('what the gateway passes on', () => {
  it('goes by its path, prefix and query untouched', async () => {
    expect(await (await get('/a/b?c=%20d&e')).text()).toBe('web /a/b?c=%20d&e');
    expect(await (await get('/rest/v1/records?id=eq.1')).text()).toBe(
      'supabase /rest/v1/records?id=eq.1',
    );
    expect(await (await get('/sandbox/github/x')).text()).toBe('sandbox /sandbox/github/x');
  });

  it('comes back with its status, redirects and repeated headers', async () => {
    const answer = await get('/found');
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/elsewhere');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('says where it came from, whatever the client claims', async () => {
    await get('/who', {
      headers: { 'x-forwarded-host': 'evil.example', 'x-patchbay-gateway': 'x' },
    });
    expect(web.seen.at(-1)?.headers).toMatchObject({
      host: `127.0.0.1:${gateway.port}`,
      'x-forwarded-host': `127.0.0.1:${gateway.port}`,
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1',
      'x-patchbay-gateway': token,
    });
    await get('/rest/v1/who', { headers: { cookie: 'session=1' } });
    expect(supabase.seen.at(-1)?.headers).not.toHaveProperty('x-patchbay-gateway');
    expect(supabase.seen.at(-1)?.headers).not.toHaveProperty('cookie');
  });

  it('may be large and come in chunks', async () => {
    const body = randomBytes(5_000_000);
    const wanted = createHash('sha256').update(body).digest('hex');
    expect(await (await get('/echo', { method: 'POST', body })).text()).toBe(wanted);
    const chunked = httpRequest(at('/echo'), {
      method: 'DELETE',
      headers: { 'transfer-encoding': 'chunked' },
    });
    for (let from = 0; from < body.length; from += 999_999)
      chunked.write(body.subarray(from, from + 999_999));
    chunked.end();
    const [answer] = await once(chunked, 'response');
    expect(Buffer.concat(await answer.toArray()).toString()).toBe(wanted);
  });

  it('streams, and stops when the client leaves', async () => {
    const leaving = new AbortController();
    const answer = await get('/stream', { signal: leaving.signal });
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
    const upstream = web.seen.at(-1);
    leaving.abort();
    await expect.poll(() => upstream?.socket.destroyed, patience).toBe(true);
  });

  it('breaks off for the client too when it breaks off behind us', async () => {
    const answer = await get('/break');
    await expect(answer.text()).rejects.toThrow('terminated');
  });

  it('HEAD has no body', async () => {
    const answer = await get('/x', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });
});

describe('sockets', () => {
  async function open(path: string): Promise<globalThis.WebSocket> {
    const socket = new globalThis.WebSocket(at(path, 'ws'));
    await once(socket, 'open');
    return socket;
  }
  const answerTo = async (socket: globalThis.WebSocket, text: string): Promise<unknown> => {
    const answer = once(socket, 'message');
    socket.send(text);
    const [event] = (await answer) as [MessageEvent];
    return event.data instanceof Blob ? await event.data.text() : event.data;
  };

  it.each([
    ['/realtime/v1/websocket?apikey=1', 'supabase'],
    ['/_next/hmr', 'web'],
  ])('%s is joined to %s', async (path, to) => {
    const socket = await open(path);
    expect(await answerTo(socket, 'hello')).toBe('hello');
    const large = 'x'.repeat(900_000);
    expect(await answerTo(socket, large)).toBe(large);
    const part = to === 'web' ? web : supabase;
    expect(part.seen.at(-1)?.url).toBe(path);
    expect(part.seen.at(-1)?.headers['x-forwarded-host']).toBe(`127.0.0.1:${gateway.port}`);
    const inner = sockets.at(-1);
    const closed = inner ? once(inner, 'close') : null;
    socket.close();
    await closed;
  });

  it('close at the client when they close behind us', async () => {
    const socket = await open('/realtime/v1/websocket');
    const closed = once(socket, 'close');
    sockets.at(-1)?.terminate();
    await closed;
    expect(socket.readyState).toBe(globalThis.WebSocket.CLOSED);
  });

  it('a refusal is a refusal', async () => {
    const answer = await exchange(
      gateway.port,
      `GET /_next/refused HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\nsec-websocket-version: 13\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('another protocol is not switched to: the request is an ordinary one', async () => {
    const answer = await exchange(
      gateway.port,
      'GET /plain HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade, close\r\nupgrade: h2c\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*web \/plain/);
    expect(web.seen.at(-1)?.headers).not.toHaveProperty('upgrade');
  });
});

describe('what the gateway refuses', () => {
  const raw = (line: string, host: string): Promise<string> =>
    exchange(gateway.port, `${line}\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);

  it('a name that is not ours, on every path', async () => {
    const before = web.seen.length;
    for (const path of [
      '/',
      '/api/webhooks/github/x',
      '/rest/v1/x',
      '/sandbox',
      '/api/health/live',
    ]) {
      const answer = await raw(`GET ${path} HTTP/1.1`, 'evil.example');
      expect(answer).toMatch(/^HTTP\/1\.1 421 [\s\S]*"code":"request.host_refused"/);
    }
    expect(web.seen.length).toBe(before);
    const upgrade = await raw(
      'GET /realtime/v1/websocket HTTP/1.1\r\nupgrade: websocket\r\nconnection: Upgrade',
      'evil.example',
    );
    expect(upgrade).toMatch(/^HTTP\/1\.1 421 /);
  });

  it('a request for somebody else, and one without a name', async () => {
    expect(await raw('GET http://evil.example/ HTTP/1.1', 'localhost')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await exchange(gateway.port, 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });

  it('two lengths for one body', async () => {
    const smuggled = await raw(
      'POST / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked',
      'localhost',
    );
    expect(smuggled).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('health', () => {
  it('is live by itself and ready when every part is', async () => {
    expect(await (await get('/api/health/live')).json()).toEqual({ status: 'ok' });
    const ready = await get('/api/health/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'ok',
      version: '1.2.3',
      parts: ['database', 'web', 'worker', 'supabase', 'services', 'sandbox'].map((name) => ({
        name,
        status: 'ok',
      })),
    });
  });
});

describe('a part that is away', () => {
  it('is waited for by who asks, and named by health', async () => {
    const part = await startPart((_, response) => response.end('up again'));
    const other = await gatewayBefore({ db, webUrl: part.url });
    await part.close();
    const health = await fetch(`http://127.0.0.1:${other.port}/api/health/ready`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({
      status: 'down',
      parts: [
        { name: 'database', status: 'ok' },
        { name: 'web', status: 'down', detail: 'is not there' },
        { name: 'services', status: 'ok' },
      ],
    });
    const asked = fetch(`http://127.0.0.1:${other.port}/page`);
    const again = await startPart((_, response) => response.end('up again'), part.port);
    expect(await (await asked).text()).toBe('up again');
    await again.close();
    const written = await fetch(`http://127.0.0.1:${other.port}/page`, {
      method: 'POST',
      body: 'x',
    });
    expect(written.status).toBe(503);
    expect(written.headers.get('retry-after')).toBe('2');
    expect(await written.json()).toMatchObject({ code: 'internal.unavailable' });
    const page = await fetch(`http://127.0.0.1:${other.port}/page`, {
      headers: { accept: 'text/html' },
    });
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('Patchbay is starting');
    await other.close();
  });
});
