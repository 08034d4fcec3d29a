import { Agent, request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Db } from '#lib/db/index';
import type { Gateway } from '#lib/hub/gateway';
import { patience } from '../../setup/patience.ts';
import { startTcpProxy, type TcpProxy } from '../../setup/tcp-proxy.ts';
import { signed } from '../webhooks/bad-requests.ts';
import { type InboxFixture, inboxFixture } from '../webhooks/inbox-fixture.ts';
import { gatewayBefore } from './parts.ts';

let inbox: InboxFixture;
let link: TcpProxy;
let db: Db;
let gateway: Gateway;

/** The gateway's way to PostgreSQL leads through a link that can be cut. */
beforeEach(async () => {
  inbox = await inboxFixture();
  const url = new URL(inbox.database.webUrl);
  link = await startTcpProxy(Number(url.port));
  url.port = String(link.port);
  db = connect({ url: url.toString(), name: 'test-gateway', max: 6 });
  gateway = await gatewayBefore({
    db,
    webUrl: 'http://127.0.0.1:1',
    receiver: inbox.receiver({ db }),
  });
});
afterEach(async () => {
  await gateway.close();
  await db.end({ timeout: 1 });
  await link.close();
  await inbox.close();
});

function post(agent: Agent, body: string): Promise<{ status: number; id: string }> {
  const sent = signed(inbox.secret, body);
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      port: gateway.port,
      host: '127.0.0.1',
      path: `/api/webhooks/github/${inbox.endpointId}`,
      method: 'POST',
      headers: { ...sent.headers, 'content-length': Buffer.byteLength(body) },
      agent,
    });
    request.once('error', reject);
    request.once('response', (response) => {
      response.resume();
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, id: sent.headers['x-github-delivery'] ?? '' }),
      );
      response.once('error', reject);
    });
    request.end(body);
  });
}

/** Senders that go on until told to stop; returns the ids that were acknowledged. */
function load(senders: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: senders });
  const acknowledged = new Set<string>();
  const answers: Record<string, number> = {};
  let isOver = false;
  const work = Array.from({ length: senders }, async (_, sender) => {
    for (let count = 0; !isOver; count += 1) {
      try {
        const { status, id } = await post(agent, JSON.stringify({ sender, count }));
        answers[status] = (answers[status] ?? 0) + 1;
        if (status === 200) acknowledged.add(id);
      } catch {
        answers['broken'] = (answers['broken'] ?? 0) + 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  });
  return {
    acknowledged,
    answers,
    stop: async () => {
      isOver = true;
      await Promise.all(work);
      agent.destroy();
    },
  };
}

const storedIds = async (): Promise<Set<string>> => {
  const rows = await inbox.admin<
    { delivery_id: string }[]
  >`select delivery_id from public.inbox_events`;
  return new Set(rows.map((row) => row.delivery_id));
};

describe('what was acknowledged is stored', () => {
  it('when the gateway stops under load', async () => {
    const senders = load(32);
    await expect.poll(() => senders.acknowledged.size, patience).toBeGreaterThan(500);
    await gateway.close();
    await senders.stop();
    const stored = await storedIds();
    expect([...senders.acknowledged].filter((id) => !stored.has(id))).toEqual([]);
    expect(stored.size).toBe(senders.acknowledged.size);
    expect(Object.keys(senders.answers).toSorted()).toEqual(['200', 'broken']);
  });

  it('when the database is cut off again and again; nobody exits and it goes on', async () => {
    const senders = load(16);
    for (let cut = 1; cut <= 4; cut += 1) {
      const enough = senders.acknowledged.size + 100;
      await expect.poll(() => senders.acknowledged.size, patience).toBeGreaterThan(enough);
      link.cut();
    }
    const enough = senders.acknowledged.size + 100;
    await expect.poll(() => senders.acknowledged.size, patience).toBeGreaterThan(enough);
    await senders.stop();
    const stored = await storedIds();
    expect([...senders.acknowledged].filter((id) => !stored.has(id))).toEqual([]);
    expect(senders.answers['503']).toBeGreaterThan(0);
    expect(Object.keys(senders.answers).toSorted()).toEqual(['200', '503']);
  });
});
