import { inspect } from 'node:util';
import type postgres from 'postgres';
import type { Place } from '../../setup/canaries.ts';

/** Every row of every table as text, the way pg_dump writes it: bytea in hex, jsonb as it is kept. */
export async function tablePlaces(admin: postgres.Sql): Promise<Place[]> {
  const tables = await admin<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;
  const places: Place[] = [];
  for (const { schema, name } of tables) {
    const rows = await admin<{ row: string }[]>`
      select t::text as row from ${admin(schema)}.${admin(name)} t`;
    places.push({ name: `${schema}.${name}`, text: rows.map(({ row }) => row).join('\n') });
  }
  return places;
}

/** The write-ahead log as it lies on the disk: also what was overwritten or deleted since. */
export async function walPlaces(admin: postgres.Sql): Promise<Place[]> {
  const files = await admin<
    { name: string }[]
  >`select name from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'`;
  const places: Place[] = [];
  for (const { name } of files) {
    const [row] = await admin<{ bytes: Buffer }[]>`
      select pg_read_binary_file(${`pg_wal/${name}`}) as bytes`;
    places.push({ name: `wal ${name}`, text: row?.bytes.toString('latin1') ?? '' });
  }
  return places;
}

/** An error with everything that hangs on it, as a log or a crash would print it. */
export const errorText = (error: unknown): string =>
  `${inspect(error, { depth: 12, maxStringLength: null })}\n${JSON.stringify(error)}`;
