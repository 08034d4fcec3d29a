import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutgoing, type OutgoingStream } from '#lib/security/index';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function ask(
  answer: RequestListener,
  bounds: { timeoutMs?: number; bodyMs?: number; maxBytes?: number; signal?: AbortSignal } = {},
): Promise<OutgoingStream> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const hostPort = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const outgoing = createOutgoing({ allow: [hostPort] });
  closing.push(() => {
    outgoing.close();
    server.closeAllConnections();
    server.close();
  });
  return outgoing.stream({
    method: 'GET',
    url: `http://${hostPort}/`,
    timeoutMs: 2_000,
    bodyMs: 2_000,
    maxBytes: 1_000,
    ...bounds,
  });
}

async function text(answer: OutgoingStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('an answer that streams', () => {
  it('is there with its head, before its body is', async () => {
    let open: ServerResponse | null = null;
    const answer = await ask((_, response) => {
      open = response;
      response.writeHead(200, { 'x-a': 'b' });
      response.write('first,');
    });
    expect([answer.status, answer.headers.get('x-a')]).toEqual([200, 'b']);
    expect(Buffer.from((await answer.body.next()).value ?? []).toString()).toBe('first,');
    (open as ServerResponse | null)?.end('last');
    expect(await text(answer)).toBe('last');
  });

  it('is unpacked', async () => {
    const answer = await ask((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync('packed'));
    });
    expect(await text(answer)).toBe('packed');
  });
});

describe('an answer that does no good', () => {
  it('is refused at its head when it is declared too large', async () => {
    const asked = ask((_, response) => {
      response.writeHead(200, { 'content-length': String(10 * 1_048_576) });
      response.write('x');
    });
    await expect(asked).rejects.toMatchObject({ code: 'provider.answer_too_large' });
  });

  it('breaks off when it turns out too large, also unpacked from little', async () => {
    // Without a length, so that only counting finds out.
    const endless = await ask((_, response) => {
      response.writeHead(200);
      for (let n = 0; n < 100; n += 1) response.write('x'.repeat(100));
    });
    const bomb = await ask((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync('x'.repeat(100_000)));
    });
    const tooLarge = { code: 'provider.answer_too_large' };
    await expect(text(endless)).rejects.toMatchObject(tooLarge);
    await expect(text(bomb)).rejects.toMatchObject(tooLarge);
  });

  it('is given up when its head does not come, or its body does not end', async () => {
    const late = { code: 'provider.timeout' };
    await expect(ask(() => undefined, { timeoutMs: 50 })).rejects.toMatchObject(late);
    const slow = await ask((_, response) => response.write('x'), { bodyMs: 50 });
    await expect(text(slow)).rejects.toMatchObject(late);
  });

  it('is told from a whole one when it was cut off', async () => {
    const cut = await ask((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    await expect(text(cut)).rejects.toMatchObject({ code: 'provider.unreachable' });
  });

  it('ends with the caller who leaves', async () => {
    const left = new AbortController();
    const answer = await ask((_, response) => response.write('x'), { signal: left.signal });
    const read = text(answer);
    left.abort(new Error('left'));
    await expect(read).rejects.toThrow('left');
  });
});

describe('a name', () => {
  it('that is public when looked at and private when dialled is not dialled', async () => {
    let asked = 0;
    const outgoing = createOutgoing({
      allow: [],
      // The first look would pass; there is only one, and it is the one that dials.
      resolve: async () => {
        asked += 1;
        return [{ address: asked > 1 ? '93.184.216.34' : '127.0.0.1', family: 4 }];
      },
    });
    closing.push(() => outgoing.close());
    const url = outgoing.check('https://rebinding.example.com/');
    const call = outgoing.stream({
      method: 'GET',
      url,
      timeoutMs: 2_000,
      bodyMs: 2_000,
      maxBytes: 10,
    });
    await expect(call).rejects.toMatchObject({ code: 'provider.host_refused' });
    expect(asked).toBe(1);
  });
});
