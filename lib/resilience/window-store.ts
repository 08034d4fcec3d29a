import { createHash } from 'node:crypto';
import type { Db } from '#lib/db/index';
import { slotOf, type WindowCount } from './sliding-window.ts';

export interface Hit {
  key: string;
  limit: number;
  windowMs: number;
  nowMs: number;
}

/** Counts a hit and answers the counts including it. Refused hits count only once beyond the limit. */
export interface WindowStore {
  hit(hit: Hit): Promise<WindowCount>;
}

/** Keys kept by one process; above it the oldest go, which forgives them one window. */
const memoryKeys = 50_000;

interface MemoryRow extends WindowCount {
  slot: number;
}

/** For one process: counts are lost with it and not shared. */
export function memoryWindows(): WindowStore {
  const rows = new Map<string, MemoryRow>();
  return {
    hit: ({ key, limit, windowMs, nowMs }) => {
      const slot = slotOf(nowMs, windowMs);
      const row = rows.get(key);
      const next: MemoryRow = {
        slot,
        count: row?.slot === slot ? Math.min(row.count + 1, limit + 1) : 1,
        previous: row?.slot === slot ? row.previous : row?.slot === slot - 1 ? row.count : 0,
      };
      rows.delete(key);
      rows.set(key, next);
      if (rows.size > memoryKeys) rows.delete(rows.keys().next().value ?? '');
      return Promise.resolve(next);
    },
  };
}

/** Shared by every web process: one upsert, by the database's login of the web process. */
export function postgresWindows(db: Db): WindowStore {
  return {
    hit: async ({ key, limit, windowMs, nowMs }) => {
      const slot = slotOf(nowMs, windowMs);
      const hash = createHash('sha256').update(key).digest();
      const expires = new Date((slot + 2) * windowMs).toISOString();
      const [row] = await db<WindowCount[]>`
        insert into private.rate_limits as r (key, slot, count, previous, expires_at)
        values (${hash}, ${slot}, 1, 0, ${expires})
        on conflict (key) do update set
          previous = case excluded.slot - r.slot when 0 then r.previous when 1 then r.count else 0 end,
          count = case excluded.slot - r.slot when 0 then least(r.count + 1, ${limit + 1}) else 1 end,
          slot = excluded.slot,
          expires_at = excluded.expires_at
        returning count, previous`;
      if (!row) throw new Error('The limit was not counted');
      return row;
    },
  };
}
