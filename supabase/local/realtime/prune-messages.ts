import type postgres from 'postgres';
import type { Logger } from '#lib/observability/index';
import { realtimeLimits } from './limits.ts';

/** Drops messages older than the retention, in portions, as hosted Realtime's janitor does. */
export async function pruneMessages(sql: postgres.Sql, log: Logger): Promise<number> {
  let total = 0;
  try {
    for (;;) {
      const { count } = await sql`
        delete from realtime.messages where id in (
          select id from realtime.messages
          where inserted_at < localtimestamp - ${realtimeLimits.retentionHours} * interval '1 hour'
          limit ${realtimeLimits.pruneRows})`;
      total += count;
      if (count < realtimeLimits.pruneRows) return total;
    }
  } catch (error) {
    // The next hour tries again.
    log.warn('old realtime messages were not pruned', { err: error });
    return total;
  }
}
