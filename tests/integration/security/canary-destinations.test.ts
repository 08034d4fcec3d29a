import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from '#lib/core/index';
import { asUser, type Tx } from '#lib/db/index';
import {
  changeSecret,
  changeSubscription,
  createSubscription,
  getDelivery,
  listDeliveries,
  listSubscriptions,
  readContent,
  selectHealth,
} from '#lib/delivery/index';
import { subscriptionInputSchema } from '#lib/delivery/schema';
import { limitsEnv } from '#lib/env/every-process';
import { readEnv } from '#lib/env/read-env';
import { inboundLimits } from '#lib/hub/inbound-limits';
import { listAudit } from '#lib/identity/index';
import { logger, metricsText } from '#lib/observability/index';
import { findLeaks } from '../../setup/canaries.ts';
import { patience } from '../../setup/patience.ts';
import { commitChanges } from '../delivery/delivery-world.ts';
import { makeWebhookWorld, type WebhookWorld } from '../delivery/webhook-world.ts';
import { type Member, makeMember } from '../sync/world.ts';
import { errorText, holdWal, tablePlaces, walPlaces } from './canary-places.ts';

/** In everything a destination is proven to with or reached by, and in the addresses of Redis. */
const mark = `cnry${randomBytes(12).toString('hex')}`;
const signing = (n: number): string =>
  `whsec_${Buffer.from(`${mark}-${n}-of-24-bytes`).toString('base64')}`;

const lines: string[] = [];
const errors: string[] = [];
const answers: string[] = [];
const log = logger('canary', 'trace', { write: (line) => lines.push(line) });
const hooks: string[] = [];
let world: WebhookWorld;
let owner: Member;
let walFrom: string;
let listener: Awaited<ReturnType<typeof startEcho>>;

/** A destination that says everything back it was told, and is never content. */
async function startEcho() {
  const server = createServer((request, response) => {
    hooks.push(request.url ?? '');
    response.writeHead(500, { 'content-type': 'text/plain' });
    response.write(`${request.url} ${JSON.stringify(request.headers)} `);
    Readable.from(request).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { hostPort: `127.0.0.1:${port}`, close: () => server.close() };
}

const attempt = async (work: (tx: Tx) => Promise<unknown>): Promise<unknown> => {
  try {
    const answer = await asUser(world.web, owner, work);
    answers.push(JSON.stringify(answer ?? null));
    return answer;
  } catch (error) {
    errors.push(errorText(error));
    return null;
  }
};
const deps = () => ({ userId: owner.userId, sealKey: world.keys.worker.publicKey });
const create = (input: object) =>
  attempt(async (tx) => {
    const of = { workspaceId: owner.workspaceId, input: subscriptionInputSchema.parse(input) };
    return createSubscription(tx, deps(), of);
  }) as Promise<{ id: string } | null>;
const attempted = async (): Promise<number> => {
  const [row] = await world.admin<{ n: number }[]>`
    select count(*)::int as n from public.deliveries where jsonb_array_length(attempt_log) > 0`;
  return row?.n ?? 0;
};

beforeAll(async () => {
  [world, listener] = await Promise.all([makeWebhookWorld(), startEcho()]);
  walFrom = await holdWal(world.admin);
  owner = await makeMember(world.admin, 'canary');
  await world.startWorker([listener.hostPort, '127.0.0.1:9'], log);
});
afterAll(async () => {
  await world.close();
  listener.close();
});

async function destinations(): Promise<void> {
  const at = `http://${listener.hostPort}`;
  const hook = { kind: 'webhook', name: 'Told', config: { url: `${at}/hook` } };
  const slack = { kind: 'slack', name: 'Chat', config: {} };
  const secrets = [
    await create({ ...hook, secret: signing(1) }),
    await create({ ...slack, secret: `${at}/services/T1/B1/${mark}` }),
    await create({ ...slack, secret: `http://127.0.0.1:9/services/T1/B1/${mark}` }),
    await create({ ...slack, secret: `https://elsewhere.example/${mark}` }),
    await create({ ...slack, secret: `no address at all: ${mark}` }),
  ];
  // Refused by form, by kind, and by what a secret has to be.
  await create({ ...hook, secret: `whsec_${mark}!` });
  await create({ ...hook, secret: `whsec_${mark}`, config: { url: 'x' } });
  await create({ kind: 'mail', name: 'Post', config: { to: ['a@b.example'] }, secret: mark });
  const id = secrets[0]?.id ?? '';
  await attempt((tx) =>
    changeSecret(tx, deps(), { id, input: { secret: mark, overlap_hours: 1 } }),
  );
  await attempt((tx) =>
    changeSecret(tx, deps(), { id, input: { secret: signing(2), overlap_hours: 1 } }),
  );
  await attempt((tx) => changeSubscription(tx, deps(), { id, patch: { name: 'Told again' } }));
  await commitChanges(world.admin, owner.workspaceId, [
    { recordId: newId(), version: 1, diff: { title: ['old', 'new'] } },
  ]);
  await expect.poll(attempted, patience).toBe(5);
  const { workspaceId } = owner;
  await attempt(async (tx) => {
    const all = { workspaceId, filter: {}, cursor: undefined, limit: 50 };
    const deliveries = await listDeliveries(tx, all);
    const details = [];
    for (const { id: of } of deliveries.data) {
      details.push(await getDelivery(tx, of), await readContent(tx, { id: of, origin: at }));
    }
    return [
      deliveries,
      details,
      await listSubscriptions(tx, { workspaceId }),
      await selectHealth(tx, workspaceId),
      await listAudit(tx, { workspaceId, beforeId: null, limit: 100 }),
    ];
  });
}

async function countsElsewhere(): Promise<void> {
  for (const url of [`redis://hub:${mark}@127.0.0.1:9/0`, `rediss://hub:${mark}@127.0.0.1:9`]) {
    const env = { RATE_LIMITS: 'redis', REDIS_URL: url } as const;
    const limits = inboundLimits({ db: world.web, env, log });
    answers.push(JSON.stringify(await limits.ask('sign-in', 'somebody')));
    limits.close();
  }
  const upstash = { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9', UPSTASH_REDIS_REST_TOKEN: mark };
  const limits = inboundLimits({ db: world.web, env: { RATE_LIMITS: 'upstash', ...upstash }, log });
  answers.push(JSON.stringify(await limits.ask('sign-in', 'somebody')));
  limits.close();
  for (const REDIS_URL of [`http://hub:${mark}@redis.example`, `redis://hub:${mark}@a b`]) {
    await attempt(() => Promise.resolve(readEnv('test', z.object(limitsEnv), { REDIS_URL })));
  }
}

describe('secrets of destinations and of Redis', () => {
  it('went their ways: sent, refused, said back by who was told', async () => {
    await destinations();
    await countsElsewhere();
    expect(hooks.some((path) => path.endsWith(mark))).toBe(true);
    expect(errors.length).toBeGreaterThanOrEqual(6);
    expect(lines.some((line) => line.includes('"sign-in"'))).toBe(true);
    expect(answers.join('')).toContain('http.500');
  });

  it('stand in no table and no write-ahead log', async () => {
    expect(findLeaks([mark], await tablePlaces(world.admin))).toEqual([]);
    expect(findLeaks([mark], await walPlaces(world.admin, walFrom))).toEqual([]);
  });

  it('stand in no log line, error, answer or metric', async () => {
    const places = [
      { name: 'log', text: lines.join('\n') },
      { name: 'errors', text: errors.join('\n') },
      { name: 'answers', text: answers.join('\n') },
      { name: 'metrics', text: await metricsText() },
    ];
    expect(findLeaks([mark], places)).toEqual([]);
  });
});
