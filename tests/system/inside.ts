import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import postgres from 'postgres';
import { postgresHome } from '#supabase/local/postgres-home';

/** The first and the fourth line of PostgreSQL's own note about itself. */
async function postmaster(stateDir: string): Promise<{ pid: number; port: number; home: string }> {
  const { dataDir } = await postgresHome({ stateDir });
  const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), home: dirname(dataDir) };
}

export const postmasterPid = async (stateDir: string): Promise<number> =>
  (await postmaster(stateDir)).pid;

/** The hub's database as its superuser sees it: for what no API tells. End it after use. */
export async function openDatabase(stateDir: string): Promise<postgres.Sql> {
  const { port, home } = await postmaster(stateDir);
  return postgres({
    host: '127.0.0.1',
    port,
    username: 'supabase_admin',
    password: readFileSync(join(home, 'superuser-password'), 'utf8'),
    database: 'postgres',
    max: 1,
    onnotice: () => undefined,
  });
}

/** What must hold whatever happened: one sentence for each thing that is there twice or half. */
export async function inconsistencies(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ what: string }[]>`
    select 'link of ' || external_id || ' ' || count(*) || ' times' as what
      from public.links group by connection_id, kind, external_id having count(*) > 1
    union all
    select 'record ' || r.id || ' has ' || count(l.id) || ' links'
      from public.records r left join public.links l on l.record_id = r.id
      group by r.id having count(l.id) <> 1
    union all
    select 'record ' || r.id || ' was created ' || count(c.id) || ' times'
      from public.records r
      left join public.change_log c on c.record_id = r.id and c.op = 'create'
      group by r.id having count(c.id) <> 1
    union all
    select 'version ' || version || ' of ' || record_id || ' stands ' || count(*) || ' times in the log'
      from public.change_log group by record_id, version having count(*) > 1
    union all
    select 'record ' || r.id || ' is at ' || r.version || ', its log at ' || max(c.version)
      from public.records r join public.change_log c on c.record_id = r.id
      group by r.id, r.version having max(c.version) <> r.version
    union all
    select 'change ' || id || ' has no position' from public.change_log where position is null
    union all
    select 'position ' || position || ' stands ' || count(*) || ' times'
      from public.change_log group by workspace_id, position having count(*) > 1
    union all
    select 'positions end at ' || max(position) || ', there are ' || count(*)
      from public.change_log group by workspace_id having max(position) <> count(*)`;
  return rows.map(({ what }) => what);
}

/** The ids of the service's objects the links hold. */
export async function linkedIds(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ external_id: string }[]>`select external_id from public.links`;
  return rows.map(({ external_id }) => external_id);
}
