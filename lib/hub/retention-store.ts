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

/**
 * What was let be. Objects that were made keep their row as long as record and stream are there: it is
 * why none is made twice.
 */
export const dropCancelledCreations: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.creations where id = any (array(
      select id from public.creations
      where state = 'cancelled' and finished_at < now() - ${days} * interval '1 day'
      order by finished_at limit ${rows}))`;
  return count;
};

/** What a plan looked at record by record is of no use once the plan is over. */
export const dropPlanMembers: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from private.flow_plan_members where (plan_id, record_id) in (
      select m.plan_id, m.record_id from public.flow_plans p
      join private.flow_plan_members m on m.plan_id = p.id
      where p.finished_at < now() - ${days} * interval '1 day' limit ${rows})`;
  return count;
};

/**
 * The last plan of each flow stays, however old: its page tells of it. So does the last that was enabled:
 * it says that the flow has run.
 */
export const dropPlans: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.flow_plans where id = any (array(
      select p.id from public.flow_plans p
      where p.finished_at is not null and p.id < private.first_id_at(now() - ${days} * interval '1 day')
        and exists (select 1 from public.flow_plans n where n.flow_id = p.flow_id and n.id > p.id)
        and (p.enabled_at is null or exists (select 1 from public.flow_plans e
          where e.flow_id = p.flow_id and e.id > p.id and e.enabled_at is not null))
        and not exists (select 1 from public.flow_plan_rows r where r.plan_id = p.id)
      order by p.id limit ${rows}))`;
  return count;
};

/** Rows go before their plan: one plan may have a hundred thousand. */
export const dropPlanRows: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.flow_plan_rows where (plan_id, ordinal) in (
      select r.plan_id, r.ordinal from public.flow_plans p
      join public.flow_plan_rows r on r.plan_id = p.id
      where p.finished_at is not null and p.id < private.first_id_at(now() - ${days} * interval '1 day')
        and exists (select 1 from public.flow_plans n where n.flow_id = p.flow_id and n.id > p.id)
      limit ${rows})`;
  return count;
};

/** Of a plan that nobody had carried out, and another took the place of. */
export const dropUnusedPlanRows: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.flow_plan_rows where (plan_id, ordinal) in (
      select r.plan_id, r.ordinal from public.flow_plans p
      join public.flow_plan_rows r on r.plan_id = p.id
      where p.finished_at < now() - ${days} * interval '1 day' and p.enabled_at is null
        and exists (select 1 from public.flow_plans n where n.flow_id = p.flow_id and n.id > p.id)
      limit ${rows})`;
  return count;
};

/** The records an undo could not take back, by name; before the undo itself, which may have many. */
export const dropUndoNotes: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.undo_notes where (undo_id, record_id) in (
      select n.undo_id, n.record_id from public.undo_runs u
      join public.undo_notes n on n.undo_id = u.id
      where u.finished_at is not null and u.id < private.first_id_at(now() - ${days} * interval '1 day')
      limit ${rows})`;
  return count;
};

/** As long as the log has a change that an undo made, it says whose that was. */
export const dropUndos: Drop = async (db, { days, rows }) => {
  const { count } = await db`
    delete from public.undo_runs where id = any (array(
      select u.id from public.undo_runs u
      where u.finished_at is not null and u.id < private.first_id_at(now() - ${days} * interval '1 day')
        and not exists (select 1 from public.undo_notes n where n.undo_id = u.id)
        and not exists (select 1 from public.change_log c
          where c.workspace_id = u.workspace_id and c.run_id = u.id)
      order by u.id limit ${rows}))`;
  return count;
};
