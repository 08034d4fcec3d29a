import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';

let database: TestDatabase;
let admin: postgres.Sql;
beforeAll(async () => {
  database = await freshDatabase();
  admin = postgres(database.superuserUrl, { max: 1 });
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

async function as<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const refused = { code: '42501' };

describe('the logins', () => {
  it('have the attributes they need and no more', async () => {
    const rows = await admin`
      select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls, rolreplication
      from pg_roles
      where rolname ~ '^(patchbay_|hub_user|anon|authenticat|service_role)' order by rolname`;
    const attributes = Object.fromEntries(
      rows.map(({ rolname, ...flags }) => [
        rolname,
        Object.entries(flags)
          .filter(([, on]) => on === true)
          .map(([flag]) => flag.slice(3))
          .join(' '),
      ]),
    );
    expect(attributes).toEqual({
      anon: '',
      authenticated: '',
      // Inherits, so that the REST server sees in the catalogue which tables there are.
      authenticator: 'inherit canlogin',
      hub_user: '',
      patchbay_migrate: 'inherit createrole canlogin bypassrls',
      patchbay_realtime: 'canlogin',
      patchbay_web: 'canlogin',
      patchbay_worker: 'canlogin',
      service_role: 'bypassrls',
    });
  });

  it('become only what was granted to them', async () => {
    const members = await admin`
      select m.rolname as member, g.rolname as granted
      from pg_auth_members a
      join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
      where m.rolname in ('authenticator', 'patchbay_realtime', 'patchbay_web', 'patchbay_worker')
      order by 1, 2`;
    expect(members.map(({ member, granted }) => `${member} > ${granted}`)).toEqual([
      'authenticator > anon',
      'authenticator > authenticated',
      'patchbay_realtime > authenticated',
      'patchbay_web > hub_user',
    ]);
  });

  it('REST cannot become the service role, hub_user or a login', async () => {
    await as(database.restUrl, async (sql) => {
      for (const role of [
        'service_role',
        'hub_user',
        'patchbay_web',
        'patchbay_migrate',
        'supabase_admin',
      ]) {
        await expect(sql.unsafe(`set role ${role}`)).rejects.toMatchObject(refused);
      }
    });
  });

  it('web and worker make no tables, roles or extensions', async () => {
    for (const url of [
      database.webUrl,
      database.workerUrl,
      database.restUrl,
      database.realtimeUrl,
    ]) {
      await as(url, async (sql) => {
        await expect(sql`create table public.mine (id int)`).rejects.toMatchObject(refused);
        await expect(sql`create temporary table mine (id int)`).rejects.toMatchObject(refused);
        await expect(sql`create role mine`).rejects.toMatchObject(refused);
        await expect(sql`create schema mine`).rejects.toMatchObject(refused);
        await expect(sql`alter system set fsync = off`).rejects.toMatchObject(refused);
      });
    }
  });

  it('the migrating role owns public and is no superuser', async () => {
    await as(database.migrateUrl, async (sql) => {
      await sql`create table public.probe (id int)`;
      await sql`create policy probe on realtime.messages for select to authenticated using (false)`;
      await sql`drop policy probe on realtime.messages`;
      await sql`drop table public.probe`;
      await expect(sql`alter system set fsync = off`).rejects.toMatchObject(refused);
      await expect(sql`copy (select 1) to program 'true'`).rejects.toMatchObject(refused);
      await expect(sql`alter role patchbay_migrate superuser`).rejects.toMatchObject(refused);
    });
  });
});
