import type { PendingQuery, Row } from 'postgres';
import type { Tx } from './connect.ts';

/** A piece of a statement; sent only as part of one. */
export type Fragment = PendingQuery<Row[]>;

export interface DueRows {
  /** The table, called `t` in the conditions. */
  table: string;
  /** The queue whose jobs are made of them, and how many rows one job holds. */
  queue: string;
  rowsPerJob?: number;
  /** The partial index's condition: rows that may become due. */
  may: Fragment;
  /** When a row is due; NULL never comes here. */
  at: Fragment;
  /** Further joins, and conditions beginning with `and`, of a row that is due. */
  also?: { join?: Fragment; where?: Fragment };
  /** Rows at most. */
  limit: number;
  /** For rows that may belong to no workspace. */
  workspace?: Fragment;
}

/** Workspaces looked at by one sweep: a bound for the walk, far above what one instance holds. */
const workspacesAtMost = 20_000;
/** Jobs of one workspace that may wait in a queue; its other rows wait in their table. */
export const jobsAhead = 20;

/**
 * Due rows of all workspaces in turn, as the common table expression `due (id)`, locked and passed
 * over where another sweep holds them. A workspace that owes a hundred thousand gets no more of one
 * sweep than its share and fills no queue: who owes less than that gets everything. Where more
 * workspaces owe than rows are wanted, chance chooses, so that none waits for ever.
 *
 * It walks an index on (workspace, at), one step for each workspace, and never reads past a share.
 */
export function dueInTurn(tx: Tx, of: DueRows): Fragment {
  const table = tx(of.table);
  const workspace = of.workspace ?? tx`t.workspace_id`;
  const none = tx``;
  return tx`
    with recursive owing (workspace, place) as (
      (select ${workspace}, 1 from ${table} t where ${of.may} order by ${workspace} limit 1)
      union all
      select (select ${workspace} from ${table} t where ${of.may} and ${workspace} > o.workspace
        order by ${workspace} limit 1), o.place + 1
      from owing o where o.workspace is not null and o.place < ${workspacesAtMost}
    ), heads as materialized (
      select o.workspace from owing o where o.workspace is not null
        -- Not "exists": as a join it could read one workspace's rows once for each of the others.
        and (select true from ${table} t
          where ${of.may} and ${workspace} = o.workspace and ${of.at} <= now() limit 1)
        and o.workspace not in (
          select w.workspace from private.waiting_jobs(${of.queue}) w where w.jobs >= ${jobsAhead})
      order by random() limit ${of.limit}::int
    ), share as materialized (
      select least(${jobsAhead * (of.rowsPerJob ?? 1)}::int,
        greatest(1, ${of.limit}::int / greatest(1, count(*))))::int as rows from heads
    ), due as (
      select d.id from heads h cross join lateral (
        select t.id from ${table} t ${of.also?.join ?? none}
        where ${of.may} and ${workspace} = h.workspace and ${of.at} <= now() ${of.also?.where ?? none}
        order by ${of.at} limit (select rows from share) for update of t skip locked) d
    )`;
}
