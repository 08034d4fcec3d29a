import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '#lib/core/index';
import type { Gateway } from '#lib/hub/gateway';
import { inboundLimits } from '#lib/hub/inbound-limits';
import { limitTable } from '#lib/hub/limit-table';
import { silent } from '../webhooks/inbox-fixture.ts';
import { adminDb, exchange, gatewayBefore, type Part, startPart } from './parts.ts';

const db = adminDb();
/** Time stands still: no window ends under a test. */
const clock = { ...systemClock, now: () => 1_800_000_000_000 };
const inMemory = () => inboundLimits({ db, env: { RATE_LIMITS: 'memory' }, log: silent, clock });
const { limit } = limitTable['gateway-address'];
const publicUrl = 'https://hub.example.com';
let web: Part;
let gateway: Gateway;
/** Told of so many requests of an address before they are made. */
let spend: (address: string, times: number) => void;

beforeAll(async () => {
  web = await startPart((request, response) => {
    if (request.url === '/api/v1/own') {
      response.setHeader('RateLimit', '"api-address";r=1;t=1');
      response.setHeader('RateLimit-Policy', '"api-address";q=2;w=60');
    }
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.writeHead(request.method === 'PUT' ? 405 : 200).end('web');
  });
  const limits = inMemory();
  spend = (address, times) => {
    for (let n = 0; n < times; n += 1) limits.tell('gateway-address', address);
  };
  gateway = await gatewayBefore({ db, webUrl: web.url, publicUrl, limits });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([web.close(), db.end()]);
});

const toSocket = 'upgrade\r\nupgrade: websocket';

interface Asked {
  method?: string;
  host?: string;
  from?: string;
  connection?: string;
}
const ask = (path: string, asked: Asked = {}, port = gateway.port): Promise<string> => {
  const { method = 'GET', host = 'hub.example.com', from, connection = 'close' } = asked;
  const noted = from === undefined ? '' : `x-forwarded-for: ${from}\r\n`;
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${noted}connection: ${connection}`;
  return exchange(port, `${head}\r\n\r\n`);
};
const statusOf = (answer: string): number => Number(answer.split(' ')[1]);
const linesOf = (answer: string, name: string): string[] =>
  [...answer.matchAll(new RegExp(`^${name}: (.*)\\r$`, 'gim'))].map(([, value]) => value ?? '');
const policy = `"gateway-address";q=${limit};w=60`;

describe('what is no webhook', () => {
  it.each<[string, number, string, Asked]>([
    ['a page', 200, '/board', {}],
    ['a method Next does not know', 405, '/api/health/x', { method: 'PUT' }],
    ['OPTIONS', 200, '/api/auth/session', { method: 'OPTIONS' }],
    ['metrics', 200, '/api/metrics', {}],
    ['health', 200, '/api/health/live', {}],
    ['health of this machine', 200, '/api/health/live', { host: '127.0.0.1' }],
    ['a path that climbs', 400, '/a/../b', {}],
    ['another name', 421, '/', { host: 'evil.example' }],
    ['a webhook under another name', 421, '/api/webhooks/github/x', { host: 'evil.example' }],
    ['a socket that is not there', 404, '/', { connection: toSocket }],
  ])('%s tells the limit of its address', async (_, status, path, asked) => {
    const answer = await ask(path, asked);
    expect(statusOf(answer)).toBe(status);
    expect(linesOf(answer, 'ratelimit-policy')).toEqual([policy]);
    expect(linesOf(answer, 'ratelimit')).toEqual([
      expect.stringMatching(/^"gateway-address";r=\d+;t=\d+$/),
    ]);
  });

  it('leaves what the process behind says of its own limits, and repeated headers', async () => {
    const answer = await ask('/api/v1/own');
    expect(linesOf(answer, 'ratelimit-policy')).toEqual(['"api-address";q=2;w=60']);
    expect(linesOf(answer, 'ratelimit')).toEqual(['"api-address";r=1;t=1']);
    expect(linesOf(answer, 'set-cookie')).toEqual(['a=1', 'b=2']);
  });

  it('is told of a process that is not there, and of a socket that it refuses', async () => {
    const limits = inMemory();
    const alone = await gatewayBefore({
      db,
      webUrl: 'http://127.0.0.1:1',
      supabaseUrl: 'http://127.0.0.1:1',
      limits,
    });
    const answers = await Promise.all([
      exchange(
        alone.port,
        'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\nconnection: close\r\n\r\n1',
      ),
      exchange(
        alone.port,
        `GET /realtime/v1/websocket HTTP/1.1\r\nhost: localhost\r\nconnection: ${toSocket}\r\n\r\n`,
      ),
    ]);
    for (const answer of answers) {
      expect(statusOf(answer)).toBe(503);
      expect(linesOf(answer, 'ratelimit-policy')).toEqual([policy]);
    }
    await alone.close();
  });

  it('is told where the gateway itself fails', async () => {
    const limits = inMemory();
    const failing = await gatewayBefore({ db, webUrl: web.url, limits });
    const answer = await ask('/api/webhooks/github/x', { host: 'localhost' }, failing.port);
    expect(statusOf(answer)).toBe(500);
    expect(linesOf(answer, 'ratelimit-policy')).toEqual([policy]);
    await failing.close();
  });

  it('is refused beyond the limit of its address with 429 and when to come again, and nobody else is', async () => {
    spend('203.0.113.7', limit - 1);
    expect(statusOf(await ask('/board', { from: '203.0.113.7' }))).toBe(200);
    const seen = web.seen.length;
    for (const path of ['/board', '/rest/v1/records', '/a/../b', '/api/health/live']) {
      const answer = await ask(path, { from: '203.0.113.7' });
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      expect(statusOf(head)).toBe(429);
      expect(head).toContain('application/problem+json');
      expect(Number(linesOf(answer, 'retry-after')[0])).toBeGreaterThan(0);
      expect(linesOf(answer, 'ratelimit')[0]).toMatch(/^"gateway-address";r=0;t=\d+$/);
      expect(JSON.parse(body)).toMatchObject({
        status: 429,
        code: 'request.rate_limited',
        'violated-policies': ['gateway-address'],
      });
    }
    expect(statusOf(await ask('/_next/x', { from: '203.0.113.7', connection: toSocket }))).toBe(
      429,
    );
    expect(web.seen).toHaveLength(seen);
    expect(statusOf(await ask('/board', { from: '203.0.113.8' }))).toBe(200);
  });

  it('is never refused where this machine asks for its health', async () => {
    spend('127.0.0.1', limit + 1);
    expect(statusOf(await ask('/board'))).toBe(429);
    for (const path of ['/api/health/live', '/api/health/ready']) {
      const answer = await ask(path, { host: 'localhost' });
      expect(statusOf(answer)).not.toBe(429);
      expect(linesOf(answer, 'ratelimit-policy')).toEqual([policy]);
    }
  });
});

describe('webhooks', () => {
  it('are not counted here: they have limits of their own', async () => {
    const told: string[] = [];
    const limits = inMemory();
    const own = await gatewayBefore({
      db,
      webUrl: web.url,
      receiver: {
        receive: () => Promise.resolve({ status: 200, headers: {}, body: '{}' }),
        close: () => Promise.resolve(),
      },
      limits: {
        tell: (name, subject) => {
          told.push(name);
          return limits.tell(name, subject);
        },
      },
    });
    expect(statusOf(await ask('/api/webhooks/github/x', { host: 'localhost' }, own.port))).toBe(
      200,
    );
    expect(told).toEqual([]);
    await own.close();
  });
});
