import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '#lib/hub/gateway';
import { adminDb, exchange, gatewayBefore, type Part, startPart } from './parts.ts';

let gateway: Gateway;
let web: Part;
let supabase: Part;
let sandbox: Part;
const db = adminDb();

beforeAll(async () => {
  web = await startPart((request, response) => response.end(`web ${request.url}`));
  supabase = await startPart((request, response) => response.end(`supabase ${request.url}`));
  sandbox = await startPart((request, response) => response.end(`sandbox ${request.url}`));
  gateway = await gatewayBefore({
    db,
    webUrl: web.url,
    supabaseUrl: supabase.url,
    sandboxUrl: sandbox.url,
  });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([web.close(), supabase.close(), sandbox.close(), db.end()]);
});

const raw = (line: string): Promise<string> =>
  exchange(gateway.port, `${line}\r\nhost: localhost\r\nconnection: close\r\n\r\n`);

describe('the gateway does not let itself be used', () => {
  it('by a path that climbs out of the prefix that decided who answers', async () => {
    const before = [web.seen.length, supabase.seen.length, sandbox.seen.length];
    for (const path of [
      '/rest/v1/../../auth/v1/settings',
      '/rest/v1/%2e%2E/%2e./storage/v1/bucket',
      '/rest/v1/..\\..\\auth',
      '/rest/v1/..%2f..%2fauth',
      '/sandbox/./x',
      '/api/health/../v1/session',
      '/realtime/v1/..',
    ]) {
      expect(await raw(`GET ${path} HTTP/1.1`), path).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect([web.seen.length, supabase.seen.length, sandbox.seen.length]).toEqual(before);
    expect(await raw('GET /a..b/...c?d=/../e HTTP/1.1')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('to lose the length of a body because its sender asks for it', async () => {
    const inner = 'GET /smuggled HTTP/1.1\r\nhost: x\r\nx-forwarded-host: evil.example\r\n\r\n';
    const answer = await exchange(
      gateway.port,
      `GET /outer HTTP/1.1\r\nhost: localhost\r\nconnection: close, content-length , host\r\ncontent-length: ${inner.length}\r\n\r\n${inner}`,
    );
    expect(answer).toContain('web /outer');
    expect(web.seen.at(-1)?.headers).toMatchObject({
      host: 'localhost',
      'content-length': String(inner.length),
    });
    expect(web.seen.map((request) => request.url)).not.toContain('/smuggled');
  });

  it('to open sockets where there are none, nor to hold the one it refused', async () => {
    const before = web.seen.length;
    for (const path of ['/', '/api/v1/session', '/api/webhooks/github/x', '/sandbox/github']) {
      // `exchange` resolves when the gateway closes; this client never would by itself.
      const answer = await exchange(
        gateway.port,
        `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`,
      );
      expect(answer, path).toMatch(/^HTTP\/1\.1 404 /);
    }
    expect(web.seen.length).toBe(before);
  });
});
