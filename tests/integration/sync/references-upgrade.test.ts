import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type JsonObject, newId } from '#lib/core/index';
import { migrate } from '../../../supabase/local/migrate.ts';
import { bareDatabase, type TestDatabase } from '../../setup/database.ts';

const migrations = fileURLToPath(new URL('../../../supabase/migrations', import.meta.url));
const naming = '20261123000520';

let database: TestDatabase;
let admin: postgres.Sql;
const before = mkdtempSync(join(tmpdir(), 'patchbay-before-'));
const workspaceId = newId();
const home = newId();
const other = newId();

beforeAll(async () => {
  database = await bareDatabase();
  admin = postgres(database.superuserUrl, { max: 1, onnotice: () => undefined });
  for (const file of readdirSync(migrations)) {
    if (file < naming) cpSync(join(migrations, file), join(before, file));
  }
  await migrate({ url: database.migrateUrl, dir: before });
  await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'Test', 'test')`;
  for (const id of [home, other]) {
    await admin`insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${id}, ${workspaceId}, 'fake', ${id}, 'fake', 'active')`;
    await admin`insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
      values (${id}, ${workspaceId}, ${id}, 'issues', 'task', 'All', '{}', 'all', 'live')`;
  }
});
afterAll(async () => {
  rmSync(before, { recursive: true });
  await admin.end({ timeout: 5 });
  await database.drop();
});

interface Place {
  at: string;
  id: string;
  key?: string;
  base?: JsonObject;
  ours?: JsonObject;
}

/** A record with its links, the oldest first. */
async function record(data: JsonObject, ...places: Place[]): Promise<string> {
  const id = newId();
  await admin`insert into public.records (id, workspace_id, kind, data, version, updated_at)
    values (${id}, ${workspaceId}, 'task', ${admin.json(data)}, 1, now())`;
  for (const { at, id: externalId, key = null, base = {}, ours = {} } of places) {
    await admin`insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind,
        external_id, external_key, remote_rank, base, ours, raw, state)
      values (${newId()}, ${workspaceId}, ${id}, ${at}, ${at}, 'task', ${externalId}, ${key}, 1,
        ${admin.json(base)}, ${admin.json(ours)}, '{}', 'synced')`;
  }
  return id;
}

const parentOf = async (id: string): Promise<unknown> => {
  const [row] =
    await admin`select data ->> 'parent' as parent from public.records where id = ${id}`;
  return row?.['parent'];
};

it('a parent from before is held as what it was said to be', async () => {
  const others = await record(
    { parent: '55' },
    { at: home, id: 'gh-1', key: '1', ours: { parent: '55' } },
    { at: other, id: '101', key: '101', base: { parent: '55' } },
  );
  const own = await record(
    { parent: 'ENG-1' },
    { at: home, id: 'gh-2', key: '2', base: { parent: 'ENG-1' } },
    { at: other, id: '102', key: '102', base: { parent: 'ENG-1' } },
  );
  await record({}, { at: home, id: 'gh-7', key: '7' });
  const numbered = await record({ parent: '7' }, { at: home, id: 'gh-3', key: '3' });
  await record({}, { at: home, id: 'gh-8', key: '8' });
  await record({}, { at: home, id: 'gh-88', key: '8' });
  const unclear = await record({ parent: '8' }, { at: home, id: 'gh-4', key: '4' });
  await record({}, { at: other, id: '200', key: '200' });
  const strange = await record(
    { parent: '7' },
    { at: home, id: 'gh-5', key: '5' },
    { at: other, id: '105', key: '105', base: { parent: '200' } },
  );
  const asked = await record(
    { parent: null },
    { at: home, id: 'gh-6', key: '6' },
    { at: other, id: '106', key: '106', base: { parent: '55' } },
  );
  await admin`insert into public.conflicts (id, workspace_id, record_id, link_id, field, base, local, remote, policy, status)
    select ${newId()}, workspace_id, record_id, id, 'parent', null, 'null', '"55"', 'joined', 'open'
    from public.links where record_id = ${asked} and connection_id = ${other}`;
  await migrate({ url: database.migrateUrl, dir: migrations });
  expect(await parentOf(others)).toBe(`55@${other}`);
  expect(await parentOf(own)).toBe('ENG-1');
  expect(await parentOf(numbered)).toBe('gh-7');
  expect(await parentOf(unclear)).toBe('8');
  expect(await parentOf(strange)).toBe('7');
  const ours = await admin`select ours from public.links where record_id = ${others} order by id`;
  expect(ours).toMatchObject([{ ours: { parent: `55@${other}` } }, { ours: {} }]);
  expect(await admin`select remote, local from public.conflicts`).toEqual([
    { remote: `55@${other}`, local: null },
  ]);
});
