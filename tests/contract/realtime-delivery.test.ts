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
} from '../setup/local-supabase.ts';
import { patience } from '../setup/patience.ts';

let database: TestDatabase;
let admin: postgres.Sql;
let supabase: TestSupabase;
const open: SupabaseClient[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  admin = postgres(database.superuserUrl, { max: 3, onnotice: () => undefined });
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

interface Received {
  event: string;
  payload: Record<string, unknown>;
  meta?: { id?: string };
}

async function subscribe(topic: string, options: { ack?: boolean } = {}) {
  const sub = randomUUID();
  await admin`insert into public.listeners values (${sub}, ${topic})`;
  const token = await supabase.token({ sub });
  const recorded = recordedClient(supabase, supabase.url, () => Promise.resolve(token));
  open.push(recorded.client);
  await recorded.client.realtime.setAuth();
  const messages: Received[] = [];
  const list: string[] = [];
  const channel = recorded.client
    .channel(topic, { config: { private: true, broadcast: { ack: options.ack ?? false } } })
    .on('broadcast', { event: '*' }, (message) => messages.push(message as unknown as Received))
    .subscribe((status) => list.push(status));
  await expect.poll(() => list, patience).toEqual(['SUBSCRIBED']);
  return { ...recorded, channel, messages };
}

const send = (
  sql: postgres.Sql | postgres.TransactionSql,
  topic: string,
  payload: postgres.JSONValue,
  event = 'changes',
): postgres.PendingQuery<postgres.Row[]> =>
  sql`select realtime.send(${sql.json(payload)}, ${event}, ${topic}, true)`;

describe('broadcast from the database', () => {
  it('arrives after the commit, in order, once, with the id of its row', async () => {
    const topic = 'delivery:order';
    const { messages } = await subscribe(topic);
    await admin.begin(async (sql) => {
      for (let n = 1; n <= 3; n += 1) await send(sql, topic, { n });
    });
    await admin.begin(async (sql) => {
      await send(sql, topic, { n: 4 });
    });
    await expect
      .poll(() => messages.map(({ payload }) => payload['n']), patience)
      .toEqual([1, 2, 3, 4]);
    const rows = await admin<{ id: string }[]>`
      select id from realtime.messages where topic = ${topic} order by payload -> 'n'`;
    expect(messages.map(({ meta }) => meta?.id)).toEqual(rows.map(({ id }) => id));
  });

  it('is silent before the commit and after a rollback', async () => {
    const topic = 'delivery:commit';
    const { messages, heartbeats } = await subscribe(topic);
    const rolledBack = admin.begin(async (sql) => {
      await send(sql, topic, { n: 'never' });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await admin.begin(async (sql) => {
      await send(sql, topic, { n: 'late' });
      const before = heartbeats();
      await expect.poll(heartbeats, patience).toBeGreaterThan(before + 1);
      expect(messages).toEqual([]);
    });
    await expect
      .poll(() => messages.map(({ payload }) => payload['n']), patience)
      .toEqual(['late']);
  });

  it('reaches every member of the topic and nobody else', async () => {
    const [first, second, other] = await Promise.all([
      subscribe('delivery:one'),
      subscribe('delivery:one'),
      subscribe('delivery:two'),
    ]);
    await send(admin, 'delivery:one', { to: 'one' });
    await send(admin, 'delivery:two', { to: 'two' });
    await expect
      .poll(() => other.messages.map(({ payload }) => payload['to']), patience)
      .toEqual(['two']);
    for (const { messages } of [first, second]) {
      await expect
        .poll(() => messages.map(({ payload }) => payload['to']), patience)
        .toEqual(['one']);
    }
  });

  it('is a kind-4 frame whose lengths count UTF-8 bytes', async () => {
    const topic = 'zürich:東京:📬';
    const { messages, wire } = await subscribe(topic);
    await send(admin, topic, { text: 'naïve ✓ 📬' }, 'geändert:変更');
    await expect.poll(() => messages, patience).toHaveLength(1);
    expect(messages[0]).toMatchObject({ event: 'geändert:変更', payload: { text: 'naïve ✓ 📬' } });
    const frame = wire.received.find((candidate) => typeof candidate !== 'string');
    if (frame === undefined || typeof frame === 'string') throw new Error('no binary frame');
    const topicBytes = Buffer.byteLength(`realtime:${topic}`);
    expect([...frame.subarray(0, 3)]).toEqual([4, topicBytes, Buffer.byteLength('geändert:変更')]);
    expect(frame[4]).toBe(1);
    expect(Buffer.from(frame.subarray(5, 5 + topicBytes)).toString()).toBe(`realtime:${topic}`);
  });

  it('passes over a message that fits no frame and goes on', async () => {
    const topic = 'delivery:large';
    const { messages } = await subscribe(topic);
    await send(admin, topic, { text: 'x'.repeat(1_100_000) });
    await send(admin, topic, { n: 1 }, 'e'.repeat(300));
    await send(admin, topic, { n: 2 });
    await expect.poll(() => messages.map(({ payload }) => payload['n']), patience).toEqual([2]);
  });

  it('survives a forged notification', async () => {
    const topic = 'delivery:forged';
    const { messages } = await subscribe(topic);
    await admin`select pg_notify('realtime_messages', 'not json')`;
    await admin`select pg_notify('realtime_messages', ${JSON.stringify({ id: randomUUID(), topic })})`;
    await send(admin, topic, { n: 1 });
    await expect.poll(() => messages, patience).toHaveLength(1);
  });

  it('takes up again when its own connections are ended, with what was sent meanwhile', async () => {
    const topic = 'delivery:terminated';
    const { messages } = await subscribe(topic);
    await send(admin, topic, { n: 1 });
    await expect.poll(() => messages, patience).toHaveLength(1);
    await admin.begin(async (sql) => {
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where usename = 'patchbay_realtime' and datname = current_database()`;
      await send(sql, topic, { n: 2 });
    });
    await send(admin, topic, { n: 3 });
    await expect
      .poll(
        () => messages.map(({ payload }) => Number(payload['n'])).toSorted((a, b) => a - b),
        patience,
      )
      .toEqual([1, 2, 3]);
  });
});

describe('what browsers send', () => {
  it('reaches nobody, and is answered with an error where an answer was asked for', async () => {
    const topic = 'delivery:browser';
    const [sender, reader] = await Promise.all([subscribe(topic, { ack: true }), subscribe(topic)]);
    const result = await sender.channel.send({ type: 'broadcast', event: 'cursor', payload: {} });
    expect(result).toBe('error');
    await send(admin, topic, { n: 1 });
    await expect
      .poll(() => reader.messages.map(({ payload }) => payload['n']), patience)
      .toEqual([1]);
  });

  it('over HTTP only the secret key may broadcast, and only privately', async () => {
    const topic = 'delivery:http';
    const { messages } = await subscribe(topic);
    const post = (apikey: string, message: object, path = ''): Promise<Response> =>
      fetch(`${supabase.url}/realtime/v1/api/broadcast${path}`, {
        method: 'POST',
        headers: { apikey, 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
    const message = { topic, event: 'changes', payload: { n: 1 }, private: true };
    expect((await post(supabase.publishableKey, { messages: [message] })).status).toBe(401);
    expect(
      (await post(supabase.secretKey, { messages: [{ ...message, private: false }] })).status,
    ).toBe(422);
    expect((await post(supabase.secretKey, { messages: [message] })).status).toBe(202);
    const single = `/${encodeURIComponent(topic)}/events/changes?private=true`;
    expect((await post(supabase.secretKey, { n: 2 }, single)).status).toBe(202);
    await expect.poll(() => messages.map(({ payload }) => payload['n']), patience).toEqual([1, 2]);
  });
});
