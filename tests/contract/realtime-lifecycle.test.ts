import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import {
  allowTopics,
  recordedClient,
  startTestSupabase,
  type TestSupabase,
  textFrames,
} from '../setup/local-supabase.ts';
import { patience } from '../setup/patience.ts';
import { startTcpProxy } from '../setup/tcp-proxy.ts';

let database: TestDatabase;
let admin: postgres.Sql;
let supabase: TestSupabase;
const open: SupabaseClient[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  await allowTopics(admin);
  supabase = await startTestSupabase(database);
});
afterEach(async () => {
  for (const client of open.splice(0)) {
    await client.removeAllChannels();
    await client.realtime.disconnect();
  }
});
afterAll(async () => {
  await supabase.close();
  await admin.end();
  await database.drop();
});

async function allow(topic: string): Promise<string> {
  const user = randomUUID();
  await admin`insert into public.listeners values (${user}, ${topic})`;
  return user;
}

async function subscribe(topic: string, accessToken: () => Promise<string>, url = supabase.url) {
  const recorded = recordedClient(supabase, url, accessToken);
  open.push(recorded.client);
  await recorded.client.realtime.setAuth();
  const list: string[] = [];
  const numbers: unknown[] = [];
  recorded.client
    .channel(topic, { config: { private: true } })
    .on('broadcast', { event: '*' }, ({ payload }) => numbers.push(payload['n']))
    .subscribe((status) => list.push(status));
  await expect.poll(() => list, patience).toEqual(['SUBSCRIBED']);
  const afterBeats = async (beats: number): Promise<void> => {
    const target = recorded.heartbeats() + beats;
    await expect.poll(recorded.heartbeats, patience).toBeGreaterThanOrEqual(target);
  };
  return { ...recorded, list, numbers, afterBeats };
}

const send = (topic: string, n: number) =>
  admin`select realtime.send(jsonb_build_object('n', ${n}::int), 'changes', ${topic}, true)`;

describe('the life of a channel', () => {
  it('a dropped socket: the client rejoins by itself and is SUBSCRIBED a second time', async () => {
    const topic = 'life:drop';
    const token = await supabase.token({ sub: await allow(topic) });
    const proxy = await startTcpProxy(supabase.port);
    const { list, numbers } = await subscribe(
      topic,
      () => Promise.resolve(token),
      `http://127.0.0.1:${proxy.port}`,
    );
    proxy.cut();
    await expect
      .poll(() => list.filter((status) => status === 'SUBSCRIBED'), patience)
      .toHaveLength(2);
    expect(list).toContain('CHANNEL_ERROR');
    await send(topic, 1);
    await expect.poll(() => numbers, patience).toEqual([1]);
    await proxy.close();
  });

  it('an expired token: a system error, then phx_close; CLOSED once and no rejoin', async () => {
    const topic = 'life:expiry';
    // The client hangs up once its last channel is gone; another one tells how time passes.
    const lasting = await supabase.token({ sub: await allow('life:witness') });
    const witness = await subscribe('life:witness', () => Promise.resolve(lasting));
    const token = await supabase.token({ sub: await allow(topic) }, 2);
    const { list, wire, numbers } = await subscribe(topic, () => Promise.resolve(token));
    await expect.poll(() => list, patience).toEqual(['SUBSCRIBED', 'CLOSED']);
    const [system] = textFrames(wire.received, 'system');
    expect(system?.[4]).toMatchObject({ extension: 'system', status: 'error' });
    const [close] = textFrames(wire.received, 'phx_close');
    const [join] = textFrames(wire.sent, 'phx_join');
    expect(close?.slice(0, 2)).toEqual([join?.[0], join?.[0]]);
    await send(topic, 1);
    // The client would have rejoined after one second.
    await witness.afterBeats(7);
    expect(textFrames(wire.sent, 'phx_join')).toHaveLength(1);
    expect(list).toEqual(['SUBSCRIBED', 'CLOSED']);
    expect(numbers).toEqual([]);
  });

  it('a refreshed token keeps the channel beyond the first one, without an answer', async () => {
    const topic = 'life:refresh';
    const sub = await allow(topic);
    const first = await supabase.token({ sub }, 2);
    let token = first;
    const { list, numbers, wire, afterBeats } = await subscribe(topic, () =>
      Promise.resolve(token),
    );
    token = await supabase.token({ sub }, 300);
    await expect.poll(() => textFrames(wire.sent, 'access_token'), patience).toHaveLength(1);
    const [refresh] = textFrames(wire.sent, 'access_token');
    await afterBeats(12);
    await send(topic, 1);
    await expect.poll(() => numbers, patience).toEqual([1]);
    expect(list).toEqual(['SUBSCRIBED']);
    const replies = textFrames(wire.received, 'phx_reply').filter(
      ([, ref]) => ref === refresh?.[1],
    );
    expect(replies).toEqual([]);
  });

  it('a refreshed token is asked again: who lost the right is closed out', async () => {
    const topic = 'life:revoked';
    const sub = await allow(topic);
    let token = await supabase.token({ sub });
    const { list, numbers, wire } = await subscribe(topic, () => Promise.resolve(token));
    await admin`delete from public.listeners where user_id = ${sub}`;
    token = await supabase.token({ sub }, 200);
    await expect.poll(() => list, patience).toEqual(['SUBSCRIBED', 'CLOSED']);
    expect(textFrames(wire.received, 'system')[0]?.[4]['message']).toContain('Unauthorized');
    await send(topic, 1);
    await admin`select 1`;
    expect(numbers).toEqual([]);
  });

  it('a forged refresh closes the channel', async () => {
    const topic = 'life:forged';
    const good = await supabase.token({ sub: await allow(topic) });
    let token = good;
    const { list } = await subscribe(topic, () => Promise.resolve(token));
    token = `${good.slice(0, -6)}AAAAAA`;
    await expect.poll(() => list, patience).toEqual(['SUBSCRIBED', 'CLOSED']);
  });
});

describe('the socket', () => {
  const address = (query: string): string =>
    `${supabase.url.replace('http', 'ws')}/realtime/v1/websocket?${query}`;
  const good = (): string => address(`apikey=${supabase.publishableKey}&vsn=2.0.0`);

  interface RawSocket {
    socket: WebSocket;
    received: string[];
    closed: Promise<CloseEvent>;
  }
  async function raw(): Promise<RawSocket> {
    const socket = new WebSocket(good());
    const received: string[] = [];
    socket.addEventListener('message', (event) => received.push(String(event.data)));
    const closed = new Promise<CloseEvent>((resolve) => {
      socket.addEventListener('close', resolve, { once: true });
    });
    await new Promise((resolve) => {
      socket.addEventListener('open', resolve, { once: true });
    });
    return { socket, received, closed };
  }
  async function handshake(query: string, path = '/realtime/v1/websocket'): Promise<number> {
    const { request } = await import('node:http');
    return await new Promise((resolve, reject) => {
      const attempt = request(`${supabase.url}${path}?${query}`, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      attempt.on('response', (response) => resolve(response.resume().statusCode ?? 0));
      attempt.on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(101);
      });
      attempt.on('error', reject);
      attempt.end();
    });
  }

  it('opens for the right key, version and path only', async () => {
    const key = supabase.publishableKey;
    expect(await handshake(`apikey=${key}&vsn=2.0.0`)).toBe(101);
    expect(await handshake('vsn=2.0.0')).toBe(401);
    expect(await handshake('apikey=sb_publishable_nope&vsn=2.0.0')).toBe(401);
    expect(await handshake(`apikey=${key}&vsn=1.0.0`)).toBe(400);
    expect(await handshake(`apikey=${key}&vsn=2.0.0`, '/realtime/v1/other')).toBe(404);
  });

  it('answers heartbeats, and frames for channels that are not joined with an error', async () => {
    const { socket, received } = await raw();
    socket.send(JSON.stringify([null, '13', 'phoenix', 'heartbeat', {}]));
    socket.send(JSON.stringify(['1', '14', 'realtime:x', 'access_token', { access_token: 'x' }]));
    await expect.poll(() => received, patience).toHaveLength(2);
    expect(received.map((text) => JSON.parse(text))).toEqual([
      [null, '13', 'phoenix', 'phx_reply', { status: 'ok', response: {} }],
      [
        '1',
        '14',
        'realtime:x',
        'phx_reply',
        { status: 'error', response: { reason: 'unmatched topic' } },
      ],
    ]);
    socket.close();
  });

  it('closes on frames that are malformed, too large or too many', async () => {
    const heartbeat = JSON.stringify([null, '1', 'phoenix', 'heartbeat', {}]);
    const cases: [string, (socket: WebSocket) => void, number][] = [
      ['not JSON', (socket) => socket.send('{'), 1002],
      ['another shape', (socket) => socket.send('{"topic":"x"}'), 1002],
      [
        'a binary kind only servers send',
        (socket) => socket.send(new Uint8Array([4, 0, 0, 0, 1])),
        1002,
      ],
      [
        'lengths beyond the frame',
        (socket) => socket.send(new Uint8Array([3, 9, 9, 9, 9, 9, 1])),
        1002,
      ],
      ['1.1 MB', (socket) => socket.send('x'.repeat(1_100_000)), 1009],
      ['200 at once', (socket) => Array.from({ length: 200 }, () => socket.send(heartbeat)), 1008],
    ];
    for (const [name, act, code] of cases) {
      const { socket, closed } = await raw();
      act(socket);
      expect([name, (await closed).code]).toEqual([name, code]);
    }
  });

  it('closes when a client is silent', async () => {
    const impatient = await startTestSupabase(database, { idleMs: 300 });
    const socket = new WebSocket(
      `${impatient.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${impatient.publishableKey}&vsn=2.0.0`,
    );
    const closed = new Promise<CloseEvent>((resolve) => {
      socket.addEventListener('close', resolve, { once: true });
    });
    expect((await closed).code).toBe(1001);
    await impatient.close();
  });
});
