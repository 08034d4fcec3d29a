import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@redis/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logger } from '#lib/observability/index';
import {
  inboundLimit,
  type LimitBacking,
  type LimitPlace,
  openLimitBacking,
  SharedCount,
} from '#lib/resilience/index';
import { patience } from '../setup/patience.ts';
import { type RunningRedis, startRedis } from './redis-server.ts';

const log = logger('test', 'silent');
const day = 86_400;
const opened: LimitBacking[] = [];
let redis: RunningRedis;
let rest: Server;

beforeAll(async () => {
  redis = await startRedis();
  rest = await restBefore(redis.url);
});
afterAll(async () => {
  for (const backing of opened) backing.close();
  rest.closeAllConnections();
  rest.close();
  await redis.stop();
});

/** Upstash's REST interface over a real Redis, which knows nothing of Upstash's flag. */
async function restBefore(url: string): Promise<Server> {
  const client = await createClient({ url, RESP: 2 }).connect();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const command = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown[];
      const plain = command.map((part) => String(part).replace(/^#!lua[^\n]*\n/, ''));
      response.setHeader('content-type', 'application/json');
      client.sendCommand(plain).then(
        (result) => response.end(JSON.stringify({ result })),
        (error: Error) => response.writeHead(400).end(JSON.stringify({ error: error.message })),
      );
    });
  });
  server.once('close', () => client.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const places = {
  redis: (): LimitPlace => ({ kind: 'redis', url: redis.url }),
  upstash: (): LimitPlace => {
    const url = `http://127.0.0.1:${(rest.address() as AddressInfo).port}`;
    return { kind: 'upstash', url, token: 'any' };
  },
};
const open = (place: LimitPlace): LimitBacking => {
  const backing = openLimitBacking(place, log);
  opened.push(backing);
  return backing;
};
const made = async (place: LimitPlace, name: string, limit: number) => {
  const backing = open(place);
  const limited = inboundLimit({ name, limit, windowSeconds: day, backing, log });
  await expect.poll(async () => (await limited.check('ready')).allowed, patience).toBe(true);
  return { limited, backing };
};

describe.each(['redis', 'upstash'] as const)('a real Redis by %s', (kind) => {
  it('runs the script of @upstash/ratelimit: exact over two processes', async () => {
    expect(redis.version).toMatch(/^\d/);
    const { limited: one } = await made(places[kind](), `${kind}-exact`, 25);
    const { limited: two } = await made(places[kind](), `${kind}-exact`, 25);
    const verdicts = await Promise.all(
      Array.from({ length: 60 }, (_, n) => (n % 2 ? one : two).check('ada')),
    );
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(25);
  });

  it('answers as memory does, whatever is taken and given back', async () => {
    const { limited: real } = await made(places[kind](), `${kind}-model`, 20);
    const backing = openLimitBacking({ kind: 'memory' }, log);
    const model = inboundLimit({ name: 'model', limit: 20, windowSeconds: day, backing, log });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(0, 1, 1, 2, 7, 30), { maxLength: 30 }),
        async (amounts) => {
          run += 1;
          for (const amount of amounts) {
            const { allowed, remaining } = await model.take(`key ${run}`, amount);
            expect(await real.take(`key ${run}`, amount)).toMatchObject({ allowed, remaining });
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('four processes that tell it in parts pass the limit and one part each at most', async () => {
    const counts = await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const { backing } = await made(places[kind](), `${kind}-told`, 400);
        return new SharedCount({ name: 'told', limit: 400, windowSeconds: day, backing, log });
      }),
    );
    let passed = 0;
    for (let n = 0; n < 4_000; n += 1) {
      if (counts[n % 4]?.take(kind).allowed) passed += 1;
      if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(passed).toBeGreaterThanOrEqual(400);
    await expect
      .poll(() => counts.every((count) => !count.take(kind).allowed), patience)
      .toBe(true);
  });
});
