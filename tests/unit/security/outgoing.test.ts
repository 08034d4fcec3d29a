import { createServer, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutgoing, isPublicAddress, type Outgoing } from '#lib/security/index';

const bounds = { timeoutMs: 2_000, maxBytes: 1_000 };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function guard(...allow: string[]): Outgoing {
  const outgoing = createOutgoing({ allow });
  closing.push(() => outgoing.close());
  return outgoing;
}

async function serve(answer: RequestListener): Promise<{ port: number; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    calls: () => calls,
  };
}

describe('an address that is refused', () => {
  it.each([
    'http://api.github.com/',
    'https://localhost/',
    'https://localhost./',
    'https://foo.localhost/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0/',
    'https://0.0.0.0/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.168.1.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://168.63.129.16/metadata',
    'https://100.64.0.1/',
    'https://198.18.0.1/',
    'https://224.0.0.1/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://192.0.2.1/',
    'https://192.0.0.192/',
    'https://203.0.113.9/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://[fc00::1]/',
    'https://[ff02::1]/',
    'https://[2001:db8::1]/',
    'https://①②⑦.0.0.1/',
    'https://metadata/',
    'https://metadata.google.internal/',
    'https://printer.local/',
    'https://router.home.arpa/',
    'https://db.corp/',
    'https://api.github.com:443@127.0.0.1/',
    'https://user:pw@api.github.com/',
    'file:///etc/passwd',
    'ftp://api.github.com/',
    'gopher://127.0.0.1:5432/',
    'javascript:alert(1)',
    'data:text/plain,x',
    '//api.github.com/',
    'api.github.com',
    '',
    'https://',
    'https://exa mple.com/',
    `https://api.github.com/${'a'.repeat(9_000)}`,
  ])('%s', async (url) => {
    const outgoing = guard('127.0.0.1:4000');
    await expect(outgoing.send({ ...bounds, method: 'GET', url })).rejects.toMatchObject({
      code: 'provider.host_refused',
    });
  });

  it('is refused on a port beside the allowed one, and under another name for it', async () => {
    const outgoing = guard('127.0.0.1:4000');
    expect(outgoing.check('http://127.0.0.1:4000/x').port).toBe('4000');
    for (const url of ['http://127.0.0.1:4001/', 'http://localhost:4000/']) {
      expect(() => outgoing.check(url)).toThrow(
        expect.objectContaining({ code: 'provider.host_refused' }),
      );
    }
  });

  it.each(['https://api.github.com/user', 'https://8.8.8.8/', 'https://[2606:4700::1111]/'])(
    '%s is not',
    (url) => {
      expect(guard().check(url).href).toBe(url);
    },
  );

  it('has no zone, no garbage and no emptiness', () => {
    for (const text of ['fe80::1%eth0', '2606:4700::1%1', 'x', '', '1.2.3', '1.2.3.4.5']) {
      expect(isPublicAddress(text)).toBe(false);
    }
  });
});

describe('the address a name leads to', () => {
  const send = (resolve: () => Promise<{ address: string; family: number }[]>) => {
    const outgoing = createOutgoing({ allow: [], resolve });
    closing.push(() => outgoing.close());
    return outgoing.send({ ...bounds, method: 'GET', url: 'https://rebind.example.com/' });
  };

  it.each([
    [[{ address: '127.0.0.1', family: 4 }]],
    [[{ address: '::1', family: 6 }]],
    [
      [
        { address: '8.8.8.8', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ],
    ],
  ])('is checked when connecting: %j', async (addresses) => {
    await expect(send(() => Promise.resolve(addresses))).rejects.toMatchObject({
      code: 'provider.host_refused',
      details: { sent: false },
    });
  });

  it('is resolved once for each connection, so a second answer is never asked for', async () => {
    const { port, calls } = await serve((_request, response) => response.end('x'));
    let asked = 0;
    const outgoing = createOutgoing({
      allow: [`hub.test:${port}`],
      resolve: () => {
        asked += 1;
        return Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
      },
    });
    closing.push(() => outgoing.close());
    await outgoing.send({ ...bounds, method: 'GET', url: `http://hub.test:${port}/` });
    expect({ asked, calls: calls() }).toEqual({ asked: 1, calls: 1 });
  });

  it('is unreachable when the name is unknown', async () => {
    const unknown = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    await expect(send(unknown)).rejects.toMatchObject({
      code: 'provider.unreachable',
      retry: 'later',
      details: { sent: false, reason: 'ENOTFOUND' },
    });
  });
});

describe('an exchange', () => {
  it('101: returns a redirect and does not follow it', async () => {
    const { port, calls } = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    );
    const outgoing = guard(`127.0.0.1:${port}`);
    const url = `http://127.0.0.1:${port}/`;
    expect((await outgoing.send({ ...bounds, method: 'GET', url })).status).toBe(302);
    expect(calls()).toBe(1);
  });

  it('105: stops reading at the limit, counted after unpacking → provider.answer_too_large', async () => {
    const bomb = gzipSync(Buffer.alloc(500_000));
    const { port } = await serve((request, response) => {
      if (request.url === '/bomb') {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      } else response.end(Buffer.alloc(1_001));
    });
    const outgoing = guard(`127.0.0.1:${port}`);
    for (const path of ['bomb', 'plain']) {
      const url = `http://127.0.0.1:${port}/${path}`;
      await expect(outgoing.send({ ...bounds, method: 'GET', url })).rejects.toMatchObject({
        code: 'provider.answer_too_large',
      });
    }
  });

  it('unpacks and hands over bytes, headers and status', async () => {
    const { port } = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        response
          .writeHead(201, { 'content-encoding': 'gzip', etag: '"a"' })
          .end(gzipSync(`${request.method} ${Buffer.concat(chunks).toString()}`)),
      );
    });
    const answer = await guard(`127.0.0.1:${port}`).send({
      ...bounds,
      method: 'POST',
      url: `http://127.0.0.1:${port}/`,
      body: 'héllo',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('etag')).toBe('"a"');
    expect(answer.body.toString()).toBe('POST héllo');
  });

  it('says whether the request may have arrived when nothing comes back', async () => {
    const silent = await serve(() => undefined);
    const outgoing = guard(`127.0.0.1:${silent.port}`, '127.0.0.1:1');
    const call = { ...bounds, timeoutMs: 100, method: 'POST' };
    await expect(
      outgoing.send({ ...call, url: `http://127.0.0.1:${silent.port}/?code=secret` }),
    ).rejects.toMatchObject({ code: 'provider.timeout', details: { sent: true } });
    await expect(outgoing.send({ ...call, url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({
      code: 'provider.unreachable',
      details: { sent: false, reason: 'ECONNREFUSED' },
    });
  });

  it('fails on an answer that breaks off, and names no path in the error', async () => {
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      response.socket?.destroySoon();
    });
    const url = `http://127.0.0.1:${port}/token?code=secret`;
    const error = await guard(`127.0.0.1:${port}`)
      .send({ ...bounds, method: 'GET', url })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'provider.unreachable', details: { sent: true } });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  it('ends with the reason of whoever gave it up', async () => {
    const { port } = await serve(() => undefined);
    const controller = new AbortController();
    const call = guard(`127.0.0.1:${port}`).send({
      ...bounds,
      method: 'GET',
      url: `http://127.0.0.1:${port}/`,
      signal: controller.signal,
    });
    controller.abort(new Error('the run was cancelled'));
    await expect(call).rejects.toThrow('the run was cancelled');
  });
});
