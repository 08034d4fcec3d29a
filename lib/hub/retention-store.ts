import type { Db } from '#lib/db/index';

/** Days a kind of row is kept, and how many go in one statement. */
export interface Bounds {
  days: number;
  rows: number;
}

/** Each answers how many rows went: fewer than `rows` means that none is left. Ids tell their age. */
export type Drop = (db: Db, bounds: Bounds) => Promise<number>;

export const dropConnectionLog: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.connection_log where id = any (array(
      select id from public.connection_log
      where id < private.first_id_at(now() - ${days} * interval '1 day') order by id limit ${rows}))`;
  return count;
};

/** The last run of each stream stays, however old: its page tells of it. */
export const dropRuns: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.runs where id = any (array(
      select r.id from public.runs r
      where r.id < private.first_id_at(now() - ${days} * interval '1 day')
        and r.status in ('completed', 'failed', 'cancelled')
        and exists (select 1 from public.runs n where n.stream_id = r.stream_id and n.id > r.id)
      order by r.id limit ${rows}))`;
  return count;
};

export const dropSagas: Drop = async (db, { days, rows }) => {
  const [row] = await db<{ gone: number }[]>`
    select private.drop_finished_sagas(${days}, ${rows}) as gone`;
  return row?.gone ?? 0;
};

/** Open ones and those nobody was told of stay. */
export const dropIncidents: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.connection_incidents where id = any (array(
      select id from public.connection_incidents
      where closed_at < now() - ${days} * interval '1 day' and alerted_at is not null
      order by closed_at limit ${rows}))`;
  return count;
};
