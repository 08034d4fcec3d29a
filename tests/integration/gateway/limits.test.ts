import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { webhookPreset } from '#lib/connectors/protocol/index';
import { type Db, json } from '#lib/db/index';
import { inboundLimits } from '#lib/hub/inbound-limits';
import { limitedReceiver } from '#lib/hub/limit-receiver';
import { isLong } from '../../setup/is-long.ts';
import { patience } from '../../setup/patience.ts';
import {
  githubHeaders,
  type InboxFixture,
  inboxFixture,
  signature,
  silent,
} from '../webhooks/inbox-fixture.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { exchange, gatewayBefore } from './parts.ts';

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());

type Endpoint = Awaited<ReturnType<InboxFixture['addEndpoint']>>;

const post = (origin: string, to: Endpoint, body: string, over: Record<string, string> = {}) =>
  fetch(`${origin}/api/webhooks/github/${to.endpointId}`, {
    method: 'POST',
    body,
    headers: githubHeaders(to.secret, body, over),
  });
const policyOf = (answer: Response): string => answer.headers.get('ratelimit-policy') ?? '';
const isRefusal = (answer: Response): boolean =>
  (answer.status === 429 || answer.status === 503) && Number(answer.headers.get('retry-after')) > 0;

async function choose(to: Endpoint, amount: number): Promise<void> {
  await inbox.admin`
    insert into public.inbound_limits (workspace_id, name, amount)
    values (${to.workspaceId}, 'webhook-source', ${amount})`;
}
const kept = async (to: Endpoint): Promise<string[]> => {
  const rows = await inbox.admin<{ id: string }[]>`
    select id from public.inbox_events where endpoint_id = ${to.endpointId}`;
  return rows.map(({ id }) => id);
};

describe('several gateway processes', () => {
  const limits = { shared: 60, overloaded: isLong ? 3_000 : 100 };
  let gateways: GatewayProcess[];
  let busy: Endpoint;
  let flooded: Endpoint;
  beforeAll(async () => {
    [busy, flooded] = [await inbox.addEndpoint(), await inbox.addEndpoint()];
    await choose(busy, limits.shared);
    await choose(flooded, limits.overloaded);
    gateways = await Promise.all([0, 1, 2].map(() => startGatewayProcess(inbox)));
  });
  afterAll(() => Promise.all(gateways.map((gateway) => gateway.stop())));

  /** Each process hears of a choice within seconds; unsigned requests count nothing. */
  const heard = async (to: Endpoint, amount: number): Promise<void> => {
    for (const { origin } of gateways) {
      const policy = async (): Promise<string> =>
        policyOf(await post(origin, to, '{}', { 'x-hub-signature-256': 'sha256=00' }));
      await expect.poll(policy, patience).toContain(`"webhook-source";q=${amount};w=60`);
    }
  };

  it('hold the limit of a source together, and no other source’s', async () => {
    const quiet = await inbox.addEndpoint();
    const limit = limits.shared;
    await heard(busy, limit);
    const answers: ('taken' | 'refused' | 'else')[] = [];
    for (let n = 0; n < 400; n += 1) {
      const origin = gateways[n % 3]?.origin ?? '';
      const answer = await post(origin, busy, `{"n":${n}}`);
      answers.push(answer.status === 200 ? 'taken' : isRefusal(answer) ? 'refused' : 'else');
      await answer.body?.cancel();
    }
    expect(answers).not.toContain('else');
    const accepted = answers.filter((answer) => answer === 'taken').length;
    // The limit and one part for each process; twice that where a minute ends meanwhile.
    expect(accepted).toBeGreaterThanOrEqual(limit);
    expect(accepted).toBeLessThanOrEqual(limit + 2 * 3 * 3 + 9);
    expect(await kept(busy)).toHaveLength(accepted);
    expect((await post(gateways[0]?.origin ?? '', quiet, '{}')).status).toBe(200);
  });

  it('ten times overloaded refuse with 429 and when to come again, lose nothing of what they took, and stay small', async () => {
    const source = flooded;
    const limit = limits.overloaded;
    await heard(source, limit);
    const before = gateways.map((gateway) => gateway.residentMb());
    const filling = 'x'.repeat(100_000);
    const taken: string[] = [];
    const refused: boolean[] = [];
    let sent = 0;
    const sender = async (): Promise<void> => {
      while (sent < limit * 10) {
        sent += 1;
        const origin = gateways[sent % 3]?.origin ?? '';
        const answer = await post(origin, source, `{"n":${sent},"filling":"${filling}"}`);
        if (answer.status === 200) taken.push(((await answer.json()) as { id: string }).id);
        else {
          refused.push(isRefusal(answer));
          await answer.body?.cancel();
        }
      }
    };
    await Promise.all(Array.from({ length: 60 }, sender));
    expect(refused.length).toBeGreaterThan(limit * 8);
    expect(refused.every(Boolean)).toBe(true);
    expect(new Set(await kept(source))).toEqual(new Set(taken));
    expect(gateways.map((gateway) => gateway.ended())).toEqual([null, null, null]);
    for (const [n, gateway] of gateways.entries()) {
      expect(gateway.residentMb() - (before[n] ?? 0)).toBeLessThan(150);
    }
  });
});

describe('one gateway', () => {
  /** A database that counts how often it is asked for limits. */
  const countingDb = () => {
    const asked = { times: 0 };
    const tag = (...args: Parameters<Db>) => {
      asked.times += 1;
      return inbox.web(...args);
    };
    return { asked, db: Object.assign(tag, inbox.web) as unknown as Db };
  };
  const started = async (env: Record<string, string> = {}) => {
    const { asked, db } = countingDb();
    const limits = inboundLimits({ db, env, log: silent });
    const receiver = limitedReceiver(inbox.receiver(), limits);
    const options = { db: inbox.web, webUrl: 'http://127.0.0.1:1', receiver };
    const gateway = await gatewayBefore(options);
    return { asked, limits, gateway, origin: `http://127.0.0.1:${gateway.port}` };
  };

  it('asks nobody for a limit while events come in: no statement for 1,000 of them but the look at what was chosen', async () => {
    const source = await inbox.addEndpoint();
    const { asked, gateway, origin } = await started();
    const startedAt = Date.now();
    for (let n = 0; n < 1_000; n += 20) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, k) => post(origin, source, `{"n":${n + k}}`)),
      );
      expect(answers.every(({ status }) => status === 200)).toBe(true);
    }
    expect(await kept(source)).toHaveLength(1_000);
    expect(asked.times).toBeLessThanOrEqual(1 + Math.floor((Date.now() - startedAt) / 10_000));
    await gateway.close();
  });

  it('tells the limits on every answer, whatever it is', async () => {
    const source = await inbox.addEndpoint();
    const { gateway, origin } = await started();
    const path = `${origin}/api/webhooks/github/${source.endpointId}`;
    const large = 'x'.repeat(2_000_000);
    const answers: [number, Response][] = [
      [200, await post(origin, source, '{}')],
      [401, await post(origin, source, '{}', { 'x-hub-signature-256': 'sha256=00' })],
      [400, await post(origin, source, '{')],
      [404, await post(origin, { ...source, endpointId: randomUUID() }, '{}')],
      [404, await fetch(`${origin}/api/webhooks/nobody`, { method: 'POST' })],
      [405, await fetch(path)],
      [413, await post(origin, source, large)],
      [415, await post(origin, source, '{}', { 'content-encoding': 'gzip' })],
    ];
    for (const [status, answer] of answers) {
      expect([status, answer.status]).toEqual([status, status]);
      expect(policyOf(answer)).toBe(
        '"webhook-source";q=600000;w=60, "webhook-address";q=1200000;w=60',
      );
      expect(answer.headers.get('ratelimit')).toMatch(
        /^"webhook-source";r=\d+;t=\d+, "webhook-address";r=\d+;t=\d+$/,
      );
    }
    await gateway.close();
  });

  it('does not let questions nobody has signed use a source’s limit up', async () => {
    const source = await inbox.addEndpoint();
    const descriptor = webhookPreset('dropbox')?.descriptor ?? null;
    await inbox.admin`
      update public.webhook_endpoints set scheme = ${json(inbox.web, descriptor)}
      where id = ${source.endpointId}`;
    await choose(source, 60);
    const { limits, gateway, origin } = await started({ RATE_LIMITS: 'memory' });
    await limits.book.refresh();
    const at = `${origin}/api/webhooks/github/${source.endpointId}`;
    for (let n = 0; n < 130; n += 1) {
      const answer = await fetch(`${at}?challenge=${n}`);
      expect([answer.status, await answer.text()]).toEqual([200, String(n)]);
    }
    const body = '{"list_folder":{"accounts":["a"]}}';
    const signed = {
      'x-dropbox-signature': signature(source.secret, body).slice('sha256='.length),
    };
    expect((await fetch(at, { method: 'POST', body, headers: signed })).status).toBe(200);
    await gateway.close();
  });

  it('does not let forgeries use a source’s limit up, and refuses before a body is read', async () => {
    const source = await inbox.addEndpoint();
    await choose(source, 60);
    const { limits, gateway, origin } = await started({ RATE_LIMITS: 'memory' });
    await limits.book.refresh();
    for (let n = 0; n < 200; n += 1) {
      const answer = await post(origin, source, '{}', { 'x-hub-signature-256': 'sha256=00' });
      expect(answer.status).toBe(401);
    }
    const statuses: number[] = [];
    for (let n = 0; n < 130; n += 1) {
      statuses.push((await post(origin, source, `{"n":${n}}`)).status);
    }
    expect(statuses.slice(0, 60).every((status) => status === 200)).toBe(true);
    expect(statuses.at(-1)).toBe(429);
    // Of a body that is announced and never comes nothing is waited for.
    const answer = await exchange(
      gateway.port,
      `POST /api/webhooks/github/${source.endpointId} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900000\r\n\r\n`,
    );
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 429 /);
    expect(head).toMatch(/^retry-after: [1-9]\d*\r?$/im);
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({
      status: 429,
      code: 'request.rate_limited',
      'violated-policies': ['webhook-source'],
    });
    await gateway.close();
  });
});
