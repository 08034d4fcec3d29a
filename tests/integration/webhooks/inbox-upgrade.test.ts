import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { migrate } from '../../../supabase/local/migrate.ts';
import { bareDatabase, type TestDatabase } from '../../setup/database.ts';

const migrations = fileURLToPath(new URL('../../../supabase/migrations', import.meta.url));
const firstOfDays = '20261121001000';
const dayMs = 86_400_000;

let database: TestDatabase;
let admin: postgres.Sql;
const before = mkdtempSync(join(tmpdir(), 'patchbay-before-'));

beforeAll(async () => {
  database = await bareDatabase();
  admin = postgres(database.superuserUrl, { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  rmSync(before, { recursive: true });
  await admin.end({ timeout: 5 });
  await database.drop();
});

it('an inbox from before is taken over whole, each event into its day', async () => {
  for (const file of readdirSync(migrations)) {
    if (file < firstOfDays) cpSync(join(migrations, file), join(before, file));
  }
  await migrate({ url: database.migrateUrl, dir: before });
  const workspaceId = newId();
  await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'Test', 'test')`;
  const hex = (Date.now() - 3 * dayMs).toString(16).padStart(12, '0');
  const ids = [`${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`, newId()];
  for (const [place, id] of ids.entries()) {
    await admin`
      insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
        delivery_id, headers, body, verdict, status, attempts, outcome)
      values (${id}, ${workspaceId}, ${newId()}, ${newId()}, 'github', 'issues', ${id}, '{"a":"b"}',
        ${Buffer.from([0xff, place])}, 'verified', ${place === 0 ? 'applied' : 'pending'}, 3, 'done')`;
  }
  const all = () => admin`
    select id, workspace_id, headers, body, status, attempts, outcome, received_at, next_attempt_at
    from public.inbox_events order by id`;
  const was = await all();
  await migrate({ url: database.migrateUrl, dir: migrations });
  expect(await all()).toEqual(was);
  const places = await admin<{ place: string }[]>`
    select tableoid::regclass::text as place from public.inbox_events order by id`;
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
  expect(places.map(({ place }) => place)).toEqual([
    `private.inbox_events_${day(Date.now() - 3 * dayMs)}`,
    `private.inbox_events_${day(Date.now())}`,
  ]);
  const [counts] = await admin<{ total: number }[]>`
    select sum(delta)::int as total from private.inbox_deltas`;
  expect(counts?.total).toBe(2);
});
