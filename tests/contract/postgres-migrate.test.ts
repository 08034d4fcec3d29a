import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { dumpSchema } from '../../scripts/schema-dump.ts';
import { bootstrap } from '../../supabase/local/bootstrap.ts';
import { migrate } from '../../supabase/local/migrate.ts';
import { splitStatements } from '../../supabase/local/split-statements.ts';
import { bareDatabase, freshDatabase, type TestDatabase } from '../setup/database.ts';

let database: TestDatabase;
let dir: string;
let sql: postgres.Sql;

beforeEach(async () => {
  database = await bareDatabase();
  dir = await mkdtemp(path.join(os.tmpdir(), 'patchbay-migrations-'));
  sql = postgres(database.migrateUrl, { max: 1, onnotice: () => undefined });
});
afterEach(async () => {
  await sql.end();
  await database.drop();
  await rm(dir, { recursive: true, force: true });
});

const write = (file: string, text: string): Promise<void> => writeFile(path.join(dir, file), text);
const run = (): Promise<string[]> => migrate({ url: database.migrateUrl, dir });

describe('migrations', () => {
  it('are applied in order, once, and recorded as the Supabase CLI records them', async () => {
    await write(
      '20260102000000_add.sql',
      '-- why\nalter table public.a add b int;\n\ninsert into public.a values (1, 2);\n',
    );
    await write('20260101000000_make.sql', 'create table public.a (id int);');
    expect(await run()).toEqual(['20260101000000', '20260102000000']);
    expect(await run()).toEqual([]);
    const rows = await sql`select * from supabase_migrations.schema_migrations order by version`;
    expect([...rows]).toEqual([
      { version: '20260101000000', statements: ['create table public.a (id int)'], name: 'make' },
      {
        version: '20260102000000',
        statements: [
          '-- why\nalter table public.a add b int',
          'insert into public.a values (1, 2)',
        ],
        name: 'add',
      },
    ]);
  });

  it('a failing one leaves nothing behind and names the file and the line', async () => {
    await write(
      '20260101000000_make.sql',
      'create table public.a (id int);\n\nselect 1 from absent;\n',
    );
    await expect(run()).rejects.toThrow(
      '20260101000000_make.sql, line 3: relation "absent" does not exist',
    );
    expect(await sql`select to_regclass('public.a') as a`).toEqual([{ a: null }]);
    expect(await sql`select 1 from supabase_migrations.schema_migrations`).toHaveLength(0);
  });

  it('may be started twice at once', async () => {
    await write('20260101000000_make.sql', 'create table public.a (id int); select pg_sleep(0.2);');
    await write('20260102000000_fill.sql', 'insert into public.a values (1);');
    const applied = (await Promise.all([run(), run(), run()])).flat();
    expect(applied.toSorted((a, b) => a.localeCompare(b))).toEqual([
      '20260101000000',
      '20260102000000',
    ]);
    expect(await sql`select * from public.a`).toEqual([{ id: 1 }]);
  });

  it('an edited one is refused; blank space and semicolons do not count as an edit', async () => {
    const file = '20260101000000_make.sql';
    await write(file, 'create table public.a (id int);');
    await run();
    await write(file, 'create table   public.a\n  (id int) ;;\n');
    expect(await run()).toEqual([]);
    await write(file, 'create table public.a (id bigint);');
    await expect(run()).rejects.toThrow(`${file} was changed after it had been applied`);
  });

  it('one the database has and the tree has not is refused', async () => {
    await write('20260101000000_make.sql', 'create table public.a (id int);');
    await run();
    await rm(path.join(dir, '20260101000000_make.sql'));
    await expect(run()).rejects.toThrow(
      '20260101000000, which this version of Patchbay does not know',
    );
  });

  it('badly named files are refused', async () => {
    await write('make.sql', 'select 1;');
    await expect(run()).rejects.toThrow('make.sql is not named <timestamp>_<name>.sql');
  });
});

it('statements are split where PostgreSQL would end them', () => {
  const text = `
    select ';' as "a;b", E'it\\'s; ' || $$ ; $$ || $x$ $$;$$ $x$; -- a ; comment
    /* ; /* nested ; */ ; */ select 2;
    create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end;
    begin; end; ; select $1
  `;
  expect(splitStatements(text)).toEqual([
    `select ';' as "a;b", E'it\\'s; ' || $$ ; $$ || $x$ $$;$$ $x$`,
    '-- a ; comment\n    /* ; /* nested ; */ ; */ select 2',
    'create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end',
    'begin',
    'end',
    'select $1',
  ]);
});

it('the bootstrap changes nothing when it is repeated over a migrated database', async () => {
  const migrated = await freshDatabase();
  const admin = postgres(migrated.superuserUrl, { max: 1, onnotice: () => undefined });
  const state = async (): Promise<unknown> => ({
    schema: await dumpSchema(admin, ['public', 'private', 'auth', 'realtime', 'extensions']),
    defaults: [
      ...(await admin`select defaclrole::regrole::text, defaclnamespace, defaclobjtype, defaclacl::text
      from pg_default_acl order by 1, 2, 3`),
    ],
    members: [
      ...(await admin`select roleid, member, inherit_option, set_option, admin_option
      from pg_auth_members order by 1, 2`),
    ],
  });
  const before = await state();
  await bootstrap(migrated.superuserUrl, inject('postgres').passwords);
  expect(await state()).toEqual(before);
  await admin.end();
  await migrated.drop();
});

it('new tables are open to the API roles until a migration closes them, as on hosted Supabase', async () => {
  await sql`create table public.fresh (id int)`;
  const grants = await sql<{ grantee: string }[]>`
    select distinct grantee from information_schema.role_table_grants
    where table_name = 'fresh' and grantee <> 'patchbay_migrate' order by 1`;
  expect(grants.map(({ grantee }) => grantee)).toEqual(['anon', 'authenticated', 'service_role']);
});
