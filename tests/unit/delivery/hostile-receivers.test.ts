import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createOutgoing, type Outgoing } from '#lib/security/index';
import { excerptBytes } from '../../../lib/delivery/webhook-excerpt.ts';
import {
  authority,
  expired,
  good,
  otherName,
  selfSigned,
  tlsKey,
} from '../../fixtures/tls/certificates.ts';
import { attemptAt } from './webhook-attempt.ts';

const host = 'hooks.example.com';
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function portOf(server: Server & { closeAllConnections(): void }): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Heard {
  method: string | undefined;
  path: string | undefined;
  body: string;
}

/** A receiver that reads what it gets and then answers. */
async function receiver(answer: RequestListener): Promise<{ port: number; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url: path } = request;
      heard.push({ method, path, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  });
  return { port: await portOf(server), heard };
}

/** The name leads to this machine, and the operator allows these of its ports. */
function guard(...ports: number[]): Outgoing {
  const outgoing = createOutgoing({
    allow: ports.map((port) => `${host}:${port}`),
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  });
  closing.push(() => outgoing.close());
  return outgoing;
}

const sendTo = (port: number, protocol = 'http', others: number[] = []) =>
  attemptAt(guard(port, ...others), `${protocol}://${host}:${port}/hook`);

describe('101: a receiver that sends us elsewhere', () => {
  it.each([301, 302, 303, 307, 308].map((status) => [`${status}`, `http.${status}`] as const))(
    '%s with a body, to another one that is allowed → %s, tried again later, nothing arrives there',
    async (status, code) => {
      const inner = await receiver((_request, response) => response.end('inner'));
      const outer = await receiver((_request, response) =>
        response
          .writeHead(Number(status), { location: `http://${host}:${inner.port}/` })
          .end('moved'),
      );
      const outcome = await sendTo(outer.port, 'http', [inner.port]);
      expect(outcome).toMatchObject({ type: 'retry', status: Number(status), code });
      expect(outer.heard).toHaveLength(1);
      expect(outer.heard[0]?.body).not.toBe('');
      expect(inner.heard).toEqual([]);
    },
  );

  it('302 to a metadata service → http.302, one call, here', async () => {
    const outer = await receiver((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    );
    expect(await sendTo(outer.port)).toMatchObject({ type: 'retry', code: 'http.302' });
    expect(outer.heard).toHaveLength(1);
  });

  it('a loop of 20 hops → http.307 at the first one, 19 are never walked', async () => {
    const loop = await receiver((request, response) => {
      const hop = Number(/hop=(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
      response.writeHead(307, { location: `/hook?hop=${(hop + 1) % 20}` }).end();
    });
    expect(await sendTo(loop.port)).toMatchObject({ type: 'retry', code: 'http.307' });
    expect(loop.heard.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /hook']);
  });
});

const gigabyte = 1_073_741_824;
const bomb = Buffer.alloc(50_000_000, 'a');
const packed: Record<string, Buffer> = {
  gzip: gzipSync(bomb),
  br: brotliCompressSync(bomb, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
};

describe('105: a receiver that answers too much', () => {
  it('headers of 1 MB → provider.unreachable, tried again later', async () => {
    const { port, heard } = await receiver((_request, response) =>
      response.writeHead(200, { 'x-large': 'a'.repeat(1_048_576) }).end('ok'),
    );
    const outcome = await sendTo(port);
    expect(outcome).toMatchObject({
      type: 'retry',
      code: 'provider.unreachable',
      reason: expect.stringContaining('HPE_HEADER_OVERFLOW') as string,
    });
    expect(heard).toHaveLength(1);
  });

  it('10,000 headers → provider.unreachable, tried again later', async () => {
    const { port } = await receiver((_request, response) => {
      const many = Array.from({ length: 10_000 }, (_, at) => `x-${at}: a`).join('\r\n');
      response.socket?.end(`HTTP/1.1 200 OK\r\n${many}\r\ncontent-length: 0\r\n\r\n`);
    });
    expect(await sendTo(port)).toMatchObject({ type: 'retry', code: 'provider.unreachable' });
  });

  it(`a body of 1 GB, declared and begun → delivered, ${excerptBytes} bytes of it read`, async () => {
    let letGo: Promise<unknown> | undefined;
    const { port } = await receiver((_request, response) => {
      letGo = once(response, 'close');
      response.writeHead(200, { 'content-length': String(gigabyte) });
      response.write('a'.repeat(1_000_000));
    });
    const outcome = await sendTo(port);
    expect(outcome).toMatchObject({ type: 'delivered', status: 200 });
    expect(JSON.stringify(outcome).length).toBeLessThan(2 * excerptBytes);
    await letGo;
  });

  it('a body that never ends, a byte at a time → delivered: the status was said', async () => {
    let letGo: Promise<unknown> | undefined;
    const { port } = await receiver((_request, response) => {
      letGo = once(response, 'close');
      response.writeHead(202);
      response.write('a');
    });
    expect(await sendTo(port)).toMatchObject({ type: 'delivered', status: 202 });
    await letGo;
  });

  it.each(Object.entries(packed))(
    `a bomb in %s, 50 MB in a few kB → delivered, ${excerptBytes} bytes of it read`,
    async (encoding, body) => {
      expect(body.length).toBeLessThan(60_000);
      const { port } = await receiver((_request, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(body),
      );
      const outcome = await sendTo(port);
      expect(outcome).toMatchObject({ type: 'delivered', status: 200 });
      expect(JSON.stringify(outcome).length).toBeLessThan(2 * excerptBytes);
    },
  );
});

describe('106: a receiver whose certificate proves nothing', () => {
  const trusted = getCACertificates('default');
  beforeAll(() => setDefaultCACertificates([...trusted, authority]));
  afterAll(() => setDefaultCACertificates(trusted));

  /** The port of a server that shows this certificate, and what was said to it. */
  async function tlsReceiver(cert: string) {
    let calls = 0;
    const server = createTlsServer({ key: tlsKey, cert }, (_request, response) => {
      calls += 1;
      response.end('ok');
    });
    return { port: await portOf(server), calls: () => calls };
  }

  it('one that is in order → delivered', async () => {
    const { port, calls } = await tlsReceiver(good);
    expect(await sendTo(port, 'https')).toMatchObject({ type: 'delivered', status: 200 });
    expect(calls()).toBe(1);
  });

  it.each([
    ['expired', expired, 'CERT_HAS_EXPIRED'],
    ['of another name', otherName, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['signed by itself', selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])(
    'one that is %s → provider.unreachable, tried again later, nothing was said',
    async (_what, cert, reason) => {
      const { port, calls } = await tlsReceiver(cert);
      expect(await sendTo(port, 'https')).toMatchObject({
        type: 'retry',
        code: 'provider.unreachable',
        reason: expect.stringContaining(reason) as string,
      });
      await expect(
        guard(port).send({
          method: 'POST',
          url: `https://${host}:${port}/`,
          timeoutMs: 5_000,
          maxBytes: 1_000,
        }),
      ).rejects.toMatchObject({ details: { sent: false, reason } });
      expect(calls()).toBe(0);
    },
  );

  it('one of an authority nobody trusts → provider.unreachable, nothing was said', async () => {
    setDefaultCACertificates(trusted);
    const { port, calls } = await tlsReceiver(good);
    const outcome = await sendTo(port, 'https');
    setDefaultCACertificates([...trusted, authority]);
    expect(outcome).toMatchObject({ type: 'retry', code: 'provider.unreachable' });
    expect(calls()).toBe(0);
  });

  it('none, plain http → provider.host_refused, nothing was said', async () => {
    const plain = await receiver((_request, response) => response.end('ok'));
    const outgoing = guard();
    const outcome = await attemptAt(outgoing, `http://${host}:${plain.port}/hook`);
    expect(outcome).toMatchObject({ type: 'retry', code: 'provider.host_refused' });
    expect(plain.heard).toEqual([]);
  });
});
