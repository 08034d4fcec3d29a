import type { Clock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { ClockStore } from './service-clock.ts';

/**
 * The clock of a connection's service in PostgreSQL, against PostgreSQL's: workers may differ among
 * themselves, and what a service is compared with is dated by the database.
 */
export function postgresClock(
  db: Db,
  at: { workspaceId: string; connectionId: string },
  clock: Clock,
): ClockStore {
  return {
    write: async (found) => {
      const startedMs = clock.now();
      const [row] = await db<{ now_ms: number }[]>`
        select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms`;
      const endedMs = clock.now();
      if (!row) return;
      const aheadMs = row.now_ms - (startedMs + endedMs) / 2;
      // Of a connection that has ended nothing is kept: an answer may come after its end.
      await db`
        insert into public.connection_clocks (connection_id, workspace_id, offset_ms, error_ms, measured_at)
        select c.id, c.workspace_id, ${found.offsetMs - aheadMs}::float8,
          ${found.errorMs + Math.abs(endedMs - startedMs) / 2}::float8, clock_timestamp()
        from public.connections c
        where c.workspace_id = ${at.workspaceId} and c.id = ${at.connectionId} and c.status <> 'disconnected'
        on conflict (connection_id) do update set offset_ms = excluded.offset_ms,
          error_ms = excluded.error_ms, measured_at = excluded.measured_at`;
    },
  };
}
