import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, startWeb, type WebFixture } from '../integration/api/web-fixture.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';

let web: WebFixture;
let owner: Person;
let workspaceId: string;

beforeAll(async () => {
  web = await startWeb();
  owner = await web.person('owner');
  workspaceId = await web.workspace('own', [[owner, 'owner']]);
});
afterAll(() => web.close());

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

interface Column {
  table: string;
  column: string;
}

async function tablesOf(schema: string): Promise<Column[]> {
  return web.admin<Column[]>`
    select distinct on (c.relname) c.relname as "table", a.attname as "column"
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      and a.attidentity = '' and a.attgenerated = '' and not a.attisdropped
    where n.nspname = ${schema} and c.relkind in ('r', 'p') order by c.relname, a.attnum`;
}

/** As REST does it: the role of the token and its claims, for one transaction. */
async function attempt(role: string, statement: string): Promise<string> {
  const claims = JSON.stringify({ sub: owner.userId, session_id: owner.sessionId, role });
  try {
    await web.admin.begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', ${claims}, true)`;
      await tx.unsafe(`set local role ${identifier(role)}`);
      await tx.unsafe(statement);
    });
    return 'done';
  } catch (error) {
    return error instanceof postgres.PostgresError ? error.code : String(error);
  }
}

describe('an owner’s token at the database', () => {
  it('reads the owner’s rows, so that what follows is refused for the right reason', async () => {
    expect(await attempt('authenticated', 'select 1 from public.members')).toBe('done');
  });

  it('can write no table, whichever it is', async () => {
    const tables = await tablesOf('public');
    expect(tables.length).toBeGreaterThan(15);
    const results: Record<string, string[]> = {};
    for (const { table, column } of tables) {
      const target = `public.${identifier(table)}`;
      const name = identifier(column);
      results[table] = [
        await attempt('authenticated', `insert into ${target} default values`),
        await attempt('authenticated', `update ${target} set ${name} = ${name}`),
        await attempt('authenticated', `delete from ${target}`),
        await attempt('authenticated', `truncate ${target}`),
      ];
    }
    const refused = Object.fromEntries(
      tables.map(({ table }) => [table, ['42501', '42501', '42501', '42501']]),
    );
    expect(results).toEqual(refused);
  });

  it('sees nothing of the private schema', async () => {
    const tables = await tablesOf('private');
    expect(tables.length).toBeGreaterThan(5);
    for (const role of ['authenticated', 'anon', 'service_role']) {
      for (const { table } of tables) {
        const result = await attempt(role, `select 1 from private.${identifier(table)}`);
        expect([role, table, result]).toEqual([role, table, '42501']);
      }
    }
  });

  it.each(['anon', 'service_role'])('%s has no table at all', async (role) => {
    for (const { table, column } of await tablesOf('public')) {
      const target = `public.${identifier(table)}`;
      const statements = [
        `select 1 from ${target}`,
        `insert into ${target} default values`,
        `update ${target} set ${identifier(column)} = ${identifier(column)}`,
        `delete from ${target}`,
      ];
      for (const statement of statements) {
        expect([statement, await attempt(role, statement)]).toEqual([statement, '42501']);
      }
    }
  });

  it('reads the secret half of no row', async () => {
    expect(await attempt('authenticated', 'select token_hash from public.invitations')).toBe(
      '42501',
    );
  });

  it('reads what is an admin’s only as an admin', async () => {
    const readable = async (role: string, table: string) => {
      const person = await web.person(`${role}-reader`);
      await web.db`
        insert into public.members (workspace_id, user_id, role) values (${workspaceId}, ${person.userId}, ${role})`;
      const claims = JSON.stringify({ sub: person.userId, session_id: person.sessionId });
      return web.admin.begin(async (tx) => {
        await tx`select set_config('request.jwt.claims', ${claims}, true)`;
        await tx.unsafe('set local role authenticated');
        return (await tx`select id from ${tx(`public.${table}`)}`).length;
      });
    };
    await web.admin`
      insert into public.audit_log (id, workspace_id, action) values (gen_random_uuid(), ${workspaceId}, 'tests.acted')`;
    await web.admin`
      insert into public.invitations (id, workspace_id, email, role, token_hash, expires_at)
      values (gen_random_uuid(), ${workspaceId}, 'invited@x.test', 'viewer', sha256('t'), now() + interval '1 day')`;
    for (const table of ['audit_log', 'invitations']) {
      expect(await readable('admin', table), table).toBeGreaterThan(0);
      for (const role of ['editor', 'viewer']) expect(await readable(role, table), table).toBe(0);
    }
  });

  it('reads nothing once its session has ended', async () => {
    const person = await web.person('leaver');
    await web.db`
      insert into public.members (workspace_id, user_id, role) values (${workspaceId}, ${person.userId}, 'admin')`;
    const count = async () => {
      const claims = JSON.stringify({ sub: person.userId, session_id: person.sessionId });
      return web.admin.begin(async (tx) => {
        await tx`select set_config('request.jwt.claims', ${claims}, true)`;
        await tx.unsafe('set local role authenticated');
        return (await tx`select 1 from public.members`).length;
      });
    };
    expect(await count()).toBeGreaterThan(0);
    await web.db`delete from private.sessions where id = ${person.sessionId}`;
    expect(await count()).toBe(0);
  });
});

describe('every table of a workspace', () => {
  let bare: TestDatabase;
  beforeAll(async () => {
    bare = await freshDatabase();
  });
  afterAll(() => bare.drop());

  it('has row security on and forced', async () => {
    const sql = postgres(bare.superuserUrl, { max: 1 });
    const open = await sql`
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p')
        and not (c.relrowsecurity and c.relforcerowsecurity)`;
    await sql.end();
    expect(open.map((row) => row['relname'])).toEqual([]);
  });
});
