import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import postgres from 'postgres';
import { splitStatements } from './split-statements.ts';

export interface Migration {
  version: string;
  name: string;
  file: string;
  text: string;
}

export interface MigrateOptions {
  /** A direct or session connection of the role that is to own everything; hosted: `postgres`. */
  url: string;
  /** By default supabase/migrations. */
  dir?: string;
}

const migrationsDir = path.resolve(import.meta.dirname, '../migrations');
/** A migration waits this long for a lock before it gives up, so that it never stalls the hub. */
const lockTimeout = '10s';

/**
 * Applies what is not applied yet, each file in one transaction, and records it exactly as the
 * Supabase CLI does (`supabase db push` and this may take turns). Returns the versions applied.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const migrations = await readMigrations(options.dir ?? migrationsDir);
  const sql = postgres(options.url, { max: 1, prepare: false, onnotice: () => undefined });
  try {
    await prepareHistory(sql);
    await checkHistory(sql, migrations);
    const applied: string[] = [];
    for (const migration of migrations) {
      if (await apply(sql, migration)) applied.push(migration.version);
    }
    return applied;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

export async function readMigrations(dir: string): Promise<Migration[]> {
  const files = (await readdir(dir)).filter((file) => file.endsWith('.sql')).toSorted();
  return await Promise.all(
    files.map(async (file) => {
      const [, version, name] = /^(\d+)_(.+)\.sql$/.exec(file) ?? [];
      if (version === undefined || name === undefined) {
        throw new Error(`${file} is not named <timestamp>_<name>.sql.`);
      }
      return { version, name, file, text: await readFile(path.join(dir, file), 'utf8') };
    }),
  );
}

/** The advisory lock belongs to the transaction, so that a pooler does not matter. */
const lock = (sql: postgres.TransactionSql): postgres.PendingQuery<postgres.Row[]> =>
  sql`select pg_advisory_xact_lock(hashtextextended('patchbay.migrate', 0))`;

async function prepareHistory(sql: postgres.Sql): Promise<void> {
  await sql.begin(async (transaction) => {
    await lock(transaction);
    await transaction
      .unsafe(
        `create schema if not exists supabase_migrations;
         create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
         alter table supabase_migrations.schema_migrations add column if not exists statements text[];
         alter table supabase_migrations.schema_migrations add column if not exists name text;`,
      )
      .simple();
  });
}

async function checkHistory(sql: postgres.Sql, migrations: Migration[]): Promise<void> {
  const rows = await sql<{ version: string; statements: string[] | null }[]>`
    select version, statements from supabase_migrations.schema_migrations order by version`;
  for (const row of rows) {
    const migration = migrations.find((candidate) => candidate.version === row.version);
    if (migration === undefined) {
      throw new Error(
        `The database has migration ${row.version}, which this version of Patchbay does not know: update Patchbay, or restore a backup from before that migration.`,
      );
    }
    if (row.statements && essence(row.statements) !== essence(splitStatements(migration.text))) {
      throw new Error(
        `${migration.file} was changed after it had been applied: restore the file and put the change into a new migration.`,
      );
    }
  }
}

/** Blank space and semicolons aside, which tools that record migrations treat differently. */
const essence = (statements: string[]): string => statements.join('').replaceAll(/[\s;]+/g, '');

async function apply(sql: postgres.Sql, migration: Migration): Promise<boolean> {
  return await sql.begin(async (transaction) => {
    await lock(transaction);
    const [present] = await transaction`
      select 1 from supabase_migrations.schema_migrations where version = ${migration.version}`;
    if (present) return false;
    await transaction.unsafe(`set local lock_timeout = '${lockTimeout}'`);
    try {
      await transaction.unsafe(migration.text).simple();
    } catch (error) {
      // Without `cause`: the driver's error carries the whole file as its query.
      throw new Error(`${migration.file}${place(migration.text, error)}`);
    }
    await transaction`
      insert into supabase_migrations.schema_migrations (version, name, statements)
      values (${migration.version}, ${migration.name}, ${splitStatements(migration.text)})`;
    return true;
  });
}

function place(text: string, error: unknown): string {
  if (!(error instanceof postgres.PostgresError)) return ` failed: ${String(error)}`;
  const offset = Number(error.position);
  const line = offset > 0 ? `, line ${text.slice(0, offset).split('\n').length}` : '';
  return `${line}: ${error.message}`;
}
