import { randomUUID } from 'node:crypto';
import type { RealtimeChannel, SupabaseClient } from '@supabase/supabase-js';
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

async function listener(topic: string): Promise<string> {
  const user = randomUUID();
  await admin`insert into public.listeners values (${user}, ${topic})`;
  return user;
}

function connect(accessToken?: () => Promise<string>) {
  const recorded = recordedClient(supabase, supabase.url, accessToken);
  open.push(recorded.client);
  return recorded;
}

function statuses(channel: RealtimeChannel): { list: string[]; errors: string[] } {
  const seen = { list: [] as string[], errors: [] as string[] };
  channel.subscribe((status, error) => {
    seen.list.push(status);
    if (error) seen.errors.push(error.message);
  });
  return seen;
}

describe('joining', () => {
  it('the first join carries the token once setAuth() was awaited, and succeeds', async () => {
    const topic = 'workspace:1:1';
    const token = await supabase.token({ sub: await listener(topic) });
    const { client, wire } = connect(() => Promise.resolve(token));
    await client.realtime.setAuth();
    const seen = statuses(client.channel(topic, { config: { private: true } }));
    await expect.poll(() => seen.list, patience).toEqual(['SUBSCRIBED']);

    const [join] = textFrames(wire.sent, 'phx_join');
    expect(join?.[0]).toBe(join?.[1]);
    expect(join?.[2]).toBe(`realtime:${topic}`);
    expect(join?.[4]).toMatchObject({ access_token: token, config: { private: true } });
    const [reply] = textFrames(wire.received, 'phx_reply').filter(([, ref]) => ref === join?.[1]);
    expect(reply).toEqual([
      join?.[0],
      join?.[1],
      `realtime:${topic}`,
      'phx_reply',
      { status: 'ok', response: { postgres_changes: [] } },
    ]);
  });

  it('a join without the token is refused as Unauthorized, which is what skipping setAuth() costs', async () => {
    const topic = 'workspace:2:1';
    const { client } = connect();
    const seen = statuses(client.channel(topic, { config: { private: true } }));
    await expect.poll(() => seen.list, patience).toContain('CHANNEL_ERROR');
    expect(seen.errors[0]).toContain(
      `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`,
    );
    expect(seen.list).not.toContain('SUBSCRIBED');
  });

  it('the policies decide: a foreign topic is refused, and the client keeps trying', async () => {
    const token = await supabase.token({ sub: await listener('workspace:3:1') });
    const { client, wire } = connect(() => Promise.resolve(token));
    await client.realtime.setAuth();
    const seen = statuses(client.channel('workspace:3:2', { config: { private: true } }));
    await expect.poll(() => textFrames(wire.sent, 'phx_join').length, patience).toBeGreaterThan(1);
    expect(new Set(seen.list)).toEqual(new Set(['CHANNEL_ERROR']));
    expect(seen.errors[0]).toContain('Unauthorized');
  });

  it('leaves no trace of the question in realtime.messages', async () => {
    const topic = 'workspace:4:1';
    const token = await supabase.token({ sub: await listener(topic) });
    const { client } = connect(() => Promise.resolve(token));
    await client.realtime.setAuth();
    const seen = statuses(client.channel(topic, { config: { private: true } }));
    await expect.poll(() => seen.list, patience).toEqual(['SUBSCRIBED']);
    const rows = await admin`select 1 from realtime.messages where topic = ${topic}`;
    expect(rows).toHaveLength(0);
  });

  it('tokens that are expired, forged, without expiry or of another role are refused by name', async () => {
    const topic = 'workspace:5:1';
    const sub = await listener(topic);
    const forged = `${(await supabase.token({ sub })).split('.').slice(0, 2).join('.')}.AAAA`;
    const cases = [
      [await supabase.token({ sub }, -5), 'InvalidJWTToken: Token has expired'],
      [forged, 'InvalidJWTToken: The token is malformed'],
      [await supabase.token({ sub, role: 'service_role' }), 'Unauthorized'],
      [await supabase.token({ sub, role: 'patchbay_realtime' }), 'Unauthorized'],
    ] as const;
    for (const [token, reason] of cases) {
      const { client } = connect(() => Promise.resolve(token));
      await client.realtime.setAuth();
      const seen = statuses(client.channel(topic, { config: { private: true } }));
      await expect.poll(() => seen.errors[0], patience).toContain(reason);
      await client.removeAllChannels();
    }
  });

  it('refuses by name what it does not have', async () => {
    const topic = 'workspace:6:1';
    const token = await supabase.token({ sub: await listener(topic) });
    const reasons: Record<string, (client: SupabaseClient) => RealtimeChannel> = {
      PostgresChangesNotSupported: (client) =>
        client
          .channel(topic, { config: { private: true } })
          .on(
            'postgres_changes',
            { event: '*', schema: 'public', table: 'listeners' },
            () => undefined,
          ),
      PrivateOnly: (client) => client.channel(topic),
      UnableToReplayMessages: (client) =>
        client.channel(topic, { config: { private: true, broadcast: { replay: { since: 1 } } } }),
      TopicNameTooLong: (client) => client.channel('x'.repeat(300), { config: { private: true } }),
    };
    for (const [reason, make] of Object.entries(reasons)) {
      const { client } = connect(() => Promise.resolve(token));
      await client.realtime.setAuth();
      const seen = statuses(make(client));
      await expect.poll(() => seen.errors[0], patience).toContain(reason);
      await client.removeAllChannels();
    }
  });

  it('refuses presence with an answer instead of silence', async () => {
    const topic = 'workspace:7:1';
    const token = await supabase.token({ sub: await listener(topic) });
    const { client, wire } = connect(() => Promise.resolve(token));
    await client.realtime.setAuth();
    const channel = client
      .channel(topic, { config: { private: true } })
      .on('presence', { event: 'sync' }, () => undefined);
    const seen = statuses(channel);
    await expect.poll(() => seen.list, patience).toEqual(['SUBSCRIBED']);
    await expect.poll(() => textFrames(wire.received, 'presence_state'), patience).toHaveLength(1);
    expect(await channel.track({ at: 1 })).toBe('error');
  });

  it('leaving is answered and closes once', async () => {
    const topic = 'workspace:8:1';
    const token = await supabase.token({ sub: await listener(topic) });
    const { client, wire } = connect(() => Promise.resolve(token));
    await client.realtime.setAuth();
    const channel = client.channel(topic, { config: { private: true } });
    const seen = statuses(channel);
    await expect.poll(() => seen.list, patience).toEqual(['SUBSCRIBED']);
    expect(await client.removeChannel(channel)).toBe('ok');
    await expect.poll(() => textFrames(wire.received, 'phx_close'), patience).toHaveLength(1);
    expect(seen.list).toEqual(['SUBSCRIBED', 'CLOSED']);
  });
});
