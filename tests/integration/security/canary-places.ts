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

/**
 * Keeps the write-ahead log whatever checkpoints come meanwhile (the server is thrown away after the
 * run), and answers the segment it is at.
 */
export async function holdWal(admin: postgres.Sql): Promise<string> {
  await admin`alter system set wal_keep_size = '2GB'`;
  await admin`select pg_reload_conf()`;
  const [row] = await admin<
    { name: string }[]
  >`select pg_walfile_name(pg_current_wal_lsn()) as name`;
  return row?.name ?? '';
}

/** The write-ahead log from that segment on, as it lies on the disk: also what was overwritten or deleted since. */
export async function walPlaces(admin: postgres.Sql, from: string): Promise<Place[]> {
  // Commits of the tests' server do not wait for the disk; the switch of a segment does.
  await admin`select pg_switch_wal()`;
  const files = await admin<
    { name: string }[]
  >`select name from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$'
      and name between ${from} and pg_walfile_name(pg_current_wal_lsn())`;
  const places: Place[] = [];
  for (const { name } of files) {
    const [row] = await admin<{ bytes: Buffer | null }[]>`
      select pg_read_binary_file(${`pg_wal/${name}`}, 0, ${segmentBytes}, true) as bytes`;
    if (!row?.bytes) throw new Error(`${name} was recycled before it was read`);
    places.push({ name: `wal ${name}`, text: withoutPageHeaders(row.bytes).toString('latin1') });
  }
  return places;
}

const pageBytes = 8_192;
/** Of the first page of a segment, and of every other one. */
const headerBytes = { first: 40, other: 24 };

/** The records as they follow each other: a page's header may stand in the middle of what is looked for. */
function withoutPageHeaders(segment: Buffer): Buffer {
  const pages: Buffer[] = [];
  for (let at = 0; at < segment.length; at += pageBytes) {
    const header = at === 0 ? headerBytes.first : headerBytes.other;
    pages.push(segment.subarray(at + header, at + pageBytes));
  }
  return Buffer.concat(pages);
}

/** What a segment holds unless the server was built otherwise. */
const segmentBytes = 16 * 1024 * 1024;

/** An error with everything that hangs on it, as a log or a crash would print it. */
export const errorText = (error: unknown): string =>
  `${inspect(error, { depth: 12, maxStringLength: null })}\n${JSON.stringify(error)}`;
