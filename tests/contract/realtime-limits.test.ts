import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket as RawClient } from 'ws';
import { logger } from '#lib/observability/index';
import { realtimeLimits } from '../../supabase/local/realtime/limits.ts';
import { pruneMessages } from '../../supabase/local/realtime/prune-messages.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { allowTopics, startTestSupabase, type TestSupabase } from '../setup/local-supabase.ts';
import { patience } from '../setup/patience.ts';

let database: TestDatabase;
let admin: postgres.Sql;
let supabase: TestSupabase;

beforeAll(async () => {
  database = await freshDatabase();
  admin = postgres(database.superuserUrl, { max: 1, onnotice: () => undefined });
  await allowTopics(admin);
  supabase = await startTestSupabase(database);
});
afterAll(async () => {
  await supabase.close();
  await admin.end();
  await database.drop();
});

interface Raw {
  client: RawClient;
  replies: { ref: string; status: string; reason: string | undefined }[];
  join: (ref: string, topic: string, token: string) => void;
}

async function connect(): Promise<Raw> {
  const address = `${supabase.url.replace('http', 'ws')}/realtime/v1/websocket`;
  const client = new RawClient(`${address}?apikey=${supabase.publishableKey}&vsn=2.0.0`);
  const replies: Raw['replies'] = [];
  client.on('error', () => undefined);
  client.on('message', (data, isBinary) => {
    if (isBinary || !Buffer.isBuffer(data)) return;
    const [, ref, , event, payload] = JSON.parse(data.toString());
    if (event !== 'phx_reply') return;
    replies.push({ ref, status: payload.status, reason: payload.response.reason });
  });
  await new Promise((resolve) => {
    client.once('open', resolve);
  });
  return {
    client,
    replies,
    join: (ref, topic, token) => {
      const payload = { config: { private: true }, access_token: token };
      client.send(JSON.stringify([ref, ref, `realtime:${topic}`, 'phx_join', payload]));
    },
  };
}

it('a client that does not read is cut off; the others get everything', async () => {
  const sub = randomUUID();
  await admin`insert into public.listeners values (${sub}, 'limits:slow')`;
  const token = await supabase.token({ sub });
  const [slow, quick] = await Promise.all([connect(), connect()]);
  for (const { join, replies } of [slow, quick]) {
    join('1', 'limits:slow', token);
    await expect.poll(() => replies[0]?.status, patience).toBe('ok');
  }
  let received = 0;
  quick.client.on('message', (_data, isBinary) => {
    if (isBinary) received += 1;
  });
  slow.client.pause();
  const [messages, mayLag] = [30, 3];
  for (let n = 0; n < messages; n += 1) {
    await admin`
      select realtime.send(jsonb_build_object('text', repeat('x', 900000)), 'changes', 'limits:slow', true)`;
    // Who keeps up stays far from the bound, however busy the machine is.
    await expect.poll(() => received, patience).toBeGreaterThan(n - mayLag);
  }
  await expect.poll(() => received, patience).toBe(messages);
  await expect.poll(() => supabase.connections(), patience).toBe(1);
  expect(quick.client.readyState).toBe(RawClient.OPEN);
  slow.client.terminate();
  quick.client.terminate();
});

it('joins in a rush are refused by name, and the socket stays', async () => {
  const { client, replies, join } = await connect();
  const attempts = realtimeLimits.joinsPerTenSeconds + 5;
  for (let n = 1; n <= attempts; n += 1) join(String(n), `limits:${n}`, 'none');
  await expect.poll(() => replies.length, patience).toBe(attempts);
  const refused = replies.filter(({ reason }) => reason?.startsWith('ClientJoinRateLimitReached'));
  expect(refused).toHaveLength(5);
  expect(client.readyState).toBe(RawClient.OPEN);
  client.terminate();
});

it('joining a topic again on the same socket closes the former join, and messages come once', async () => {
  const sub = randomUUID();
  await admin`insert into public.listeners values (${sub}, 'limits:twice')`;
  const token = await supabase.token({ sub });
  const { client, replies, join } = await connect();
  const closed: string[] = [];
  let received = 0;
  client.on('message', (data, isBinary) => {
    if (isBinary) received += 1;
    else if (Buffer.isBuffer(data)) {
      const [joinRef, , , event] = JSON.parse(data.toString());
      if (event === 'phx_close') closed.push(joinRef);
    }
  });
  join('1', 'limits:twice', token);
  await expect.poll(() => replies.length, patience).toBe(1);
  join('2', 'limits:twice', token);
  await expect
    .poll(() => replies.map(({ ref, status }) => [ref, status]), patience)
    .toEqual([
      ['1', 'ok'],
      ['2', 'ok'],
    ]);
  expect(closed).toEqual(['1']);
  await admin`select realtime.send('{}', 'changes', 'limits:twice', true)`;
  client.send(JSON.stringify([null, '3', 'phoenix', 'heartbeat', {}]));
  await expect.poll(() => received, patience).toBe(1);
  client.terminate();
});

it('messages older than the retention are pruned, younger ones stay', async () => {
  await admin`
    insert into realtime.messages (topic, extension, private, inserted_at)
    values ('limits:old', 'broadcast', true, now() - interval '73 hours'),
      ('limits:young', 'broadcast', true, now() - interval '71 hours')`;
  const sql = postgres(database.realtimeUrl, { max: 1 });
  expect(await pruneMessages(sql, logger('test', 'silent'))).toBe(1);
  await sql.end();
  const left =
    await admin`select topic from realtime.messages where topic in ('limits:old', 'limits:young')`;
  expect([...left]).toEqual([{ topic: 'limits:young' }]);
});
