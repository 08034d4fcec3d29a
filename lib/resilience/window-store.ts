import { createHash } from 'node:crypto';
import type { Db } from '#lib/db/index';
import { slotOf, takeFrom, type WindowCount } from './sliding-window.ts';

export interface Hit {
  key: string;
  limit: number;
  windowMs: number;
  nowMs: number;
  /** Hits told at once, by a process that counted them itself. Negative ones are given back. */
  amount: number;
}

/** Counts hits unless the limit is reached already. */
export interface WindowStore {
  take(hit: Hit): Promise<{ allowed: boolean; remaining: number }>;
}

/** Keys kept by one process; above it the oldest go, which forgives them one window. */
const memoryKeys = 50_000;

interface MemoryRow extends WindowCount {
  slot: number;
}

/** Counts of one process. Answers at once, so that a caller in a hurry need not wait. */
export class MemoryWindows {
  readonly #rows = new Map<string, MemoryRow>();

  take(hit: Hit): { allowed: boolean; remaining: number } {
    const row = this.#present(hit);
    const verdict = takeFrom(row, hit);
    if (verdict.counted) row.count = Math.max(0, row.count + hit.amount);
    this.#rows.delete(hit.key);
    // Keys nobody got anything under (guesses) take no room.
    if (row.count > 0 || row.previous > 0) this.#rows.set(hit.key, row);
    if (this.#rows.size > memoryKeys) this.#rows.delete(this.#rows.keys().next().value ?? '');
    return verdict;
  }

  /** Whether a hit would be let through, without counting one. */
  hasRoom(hit: Omit<Hit, 'amount'>): boolean {
    return takeFrom(this.#present(hit), { ...hit, amount: 1 }).allowed;
  }

  #present({ key, windowMs, nowMs }: Omit<Hit, 'amount'>): MemoryRow {
    const slot = slotOf(nowMs, windowMs);
    const row = this.#rows.get(key);
    // A clock that was set back stays in the window it had reached.
    if (row && slot <= row.slot) return row;
    return { slot, count: 0, previous: row?.slot === slot - 1 ? row.count : 0 };
  }
}

/** For one process: counts are lost with it and not shared. */
export function memoryWindows(): WindowStore {
  const windows = new MemoryWindows();
  return { take: (hit) => Promise.resolve(windows.take(hit)) };
}

/**
 * Shared by every process: one upsert, by the database's login of the web process. A refused hit
 * writes nothing. A process whose clock is behind counts into the window the others have reached.
 */
export function postgresWindows(db: Db): WindowStore {
  return {
    take: async ({ key, limit, windowMs, nowMs, amount }) => {
      const slot = slotOf(nowMs, windowMs);
      const weight = 1 - (nowMs - slot * windowMs) / windowMs;
      const hash = createHash('sha256').update(key).digest();
      const expires = new Date((slot + 2) * windowMs).toISOString();
      const [row] = await db<WindowCount[]>`
        insert into private.rate_limits as r (key, slot, count, previous, expires_at)
        values (${hash}, ${slot}, ${Math.max(0, amount)}, 0, ${expires})
        on conflict (key) do update set
          previous = case when excluded.slot <= r.slot then r.previous
            when excluded.slot = r.slot + 1 then r.count else 0 end,
          count = case when excluded.slot <= r.slot then greatest(0, r.count + ${amount})
            else excluded.count end,
          slot = greatest(r.slot, excluded.slot),
          expires_at = greatest(r.expires_at, excluded.expires_at)
        where ${amount} <= 0 or floor(${weight}::float8 * case when excluded.slot <= r.slot then r.previous
            when excluded.slot = r.slot + 1 then r.count else 0 end)
          + case when excluded.slot <= r.slot then r.count else 0 end < ${limit}
        returning count, previous`;
      if (!row) return { allowed: false, remaining: 0 };
      const left = limit - Math.floor(row.previous * weight) - row.count;
      return { allowed: left >= 0, remaining: Math.max(0, left) };
    },
  };
}
