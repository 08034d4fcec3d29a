import type { QueryClient } from '@tanstack/react-query';
import type { RecordRow } from '#lib/records/schema';
import { keys } from './keys.ts';

/**
 * The browser's copy of records: server-confirmed rows only, each behind a guard, so that an answer
 * that was asked for earlier and arrives later changes nothing. A row is newer when its version is
 * higher; at the same version (a link moved on, the record did not) when it was asked for later.
 */
export interface Stamped {
  row: RecordRow;
  /** Order of the request that brought the row, see `nextAsk`. */
  asked: number;
}

let asks = 0;
/** Taken before a request is sent; orders answers of one version. */
export const nextAsk = (): number => ++asks;

export function isNewer(present: Stamped | undefined, row: RecordRow, asked: number): boolean {
  if (!present) return true;
  if (row.version !== present.row.version) return row.version > present.row.version;
  return asked >= present.asked;
}

/**
 * What stands under an id once a row came for it. A record that became part of another is answered as
 * that one, whose versions are its own; it never comes back.
 */
export function newestOf(id: string, present: Stamped | undefined, came: Stamped): Stamped {
  const { row, asked } = came;
  if (!present || present.row.id === row.id)
    return isNewer(present, row, asked) ? came : (present ?? came);
  if (row.id === id) return present;
  return present.row.id === id || asked >= present.asked ? came : present;
}

export function upsertRecord(client: QueryClient, row: RecordRow, asked: number): void {
  client.setQueryData<Stamped>(keys.record(row.id), (present) =>
    newestOf(row.id, present, { row, asked }),
  );
}

export function upsertRecords(client: QueryClient, rows: RecordRow[], asked: number): void {
  for (const row of rows) upsertRecord(client, row, asked);
}

export function cachedRecord(client: QueryClient, id: string): RecordRow | undefined {
  return client.getQueryData<Stamped>(keys.record(id))?.row;
}
