import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootstrap, type DatabaseUrls, newSecrets } from '../../supabase/local/bootstrap.ts';
import { type RunningPostgres, startPostgres } from '../../supabase/local/postgres.ts';
import {
  allowTopics,
  recordedClient,
  startTestSupabase,
  type TestSupabase,
} from '../setup/local-supabase.ts';
import { patience } from '../setup/patience.ts';

let home: string;
let server: RunningPostgres;
let urls: DatabaseUrls;
let supabase: TestSupabase;

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'patchbay-restart-'));
  server = await startPostgres({ dataDir: path.join(home, 'data') });
  urls = await bootstrap(server.superuserUrl, newSecrets().passwords);
  await administer(allowTopics);
  await administer(async (sql) => {
    await sql`create table public.notes (id int primary key)`;
    await sql`insert into public.notes values (1)`;
    await sql`grant select on public.notes to authenticated`;
  });
  supabase = await startTestSupabase(urls);
});
afterAll(async () => {
  await supabase.close();
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

async function administer(work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(server.superuserUrl, { max: 1, onnotice: () => undefined });
  await work(sql);
  await sql.end();
}

const send = (topic: string, n: number) =>
  administer(async (sql) => {
    await sql`select realtime.send(jsonb_build_object('n', ${n}::int), 'changes', ${topic}, true)`;
  });

it('a crash of PostgreSQL costs nobody the socket: messages flow again, joins and reads work again', async () => {
  const topic = 'restart:1';
  const sub = randomUUID();
  await administer(async (sql) => {
    await sql`insert into public.listeners values (${sub}, ${topic}), (${sub}, 'restart:2')`;
  });
  const token = await supabase.token({ sub });
  const { client, heartbeats } = recordedClient(supabase, supabase.url, () =>
    Promise.resolve(token),
  );
  await client.realtime.setAuth();
  const list: string[] = [];
  const numbers: unknown[] = [];
  client
    .channel(topic, { config: { private: true } })
    .on('broadcast', { event: '*' }, ({ payload }) => numbers.push(payload['n']))
    .subscribe((status) => list.push(status));
  await expect.poll(() => list, patience).toEqual(['SUBSCRIBED']);
  await send(topic, 1);
  await expect.poll(() => numbers, patience).toEqual([1]);

  await server.crash();
  await expect.poll(() => supabase.isListening(), patience).toBe(false);
  expect((await fetch(`${supabase.url}/health`)).status).toBe(503);
  // A join meanwhile is refused with a reason and tried again by the client.
  const late: string[] = [];
  client
    .channel('restart:2', { config: { private: true } })
    .subscribe((status) => late.push(status));
  await expect.poll(() => late, patience).toContain('CHANNEL_ERROR');

  server = await startPostgres({ dataDir: path.join(home, 'data'), port: server.port });
  // Sent before the listener is back: it is made up for.
  await send(topic, 2);
  await expect.poll(() => supabase.isListening(), patience).toBe(true);
  await send(topic, 3);
  await expect.poll(() => numbers, patience).toEqual([1, 2, 3]);
  await expect.poll(() => late, patience).toContain('SUBSCRIBED');
  expect(list).toEqual(['SUBSCRIBED']);
  expect(heartbeats()).toBeGreaterThan(0);
  expect((await fetch(`${supabase.url}/health`)).status).toBe(200);
  expect((await client.from('notes').select()).data).toEqual([{ id: 1 }]);
  await client.removeAllChannels();
  await client.realtime.disconnect();
});
