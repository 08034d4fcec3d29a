import type { Db as BossDb } from 'pg-boss';
import { type Db, isUnavailable, type Queryable } from '#lib/db/index';

/** How long a statement is repeated while PostgreSQL restarts; then the caller hears of it. */
const repeatMs = 15_000;
const repeatEveryMs = 200;
/** Statements of the queue take milliseconds; its maintenance, seconds. */
const statementMs = 60_000;

const isPool = (db: Queryable): db is Db => 'reserve' in db;

/** postgres.js answers an array per statement when there were several. */
const rowsOf = (result: readonly unknown[]): unknown[] =>
  result.some(Array.isArray) ? result.flat() : [...result];

/** pg-boss on a transaction of the caller: what it writes commits or rolls back with it. */
export function bossInTransaction(tx: Queryable): BossDb {
  return {
    executeSql: async (text, values) => ({ rows: rowsOf(await run(tx, text, values)) }),
  };
}

/**
 * pg-boss on a pool. Its scripts open transactions by text, so those get one connection for
 * themselves, rolled back when they fail (or the pool would hand out an aborted one). Everything it
 * sends may be repeated: a lost fetch leaves a job that its heartbeat frees, the rest settles once.
 */
export function bossOnPool(db: Db): BossDb {
  return {
    executeSql: async (text, values) => {
      const isScript = /^\s*BEGIN\b/i.test(text);
      const attempt = (): Promise<readonly unknown[]> =>
        inTime(isScript ? runScript(db, text) : run(db, text, values));
      return { rows: rowsOf(await whileUnavailable(attempt)) };
    },
  };
}

async function run(
  db: Queryable,
  text: string,
  values: unknown[] = [],
): Promise<readonly unknown[]> {
  return values.length > 0 ? db.unsafe(text, values as never[]) : db.unsafe(text);
}

async function runScript(db: Db, text: string): Promise<readonly unknown[]> {
  if (!isPool(db)) return run(db, text);
  const connection = await db.reserve();
  try {
    return await connection.unsafe(text);
  } catch (error) {
    await connection.unsafe('rollback');
    throw error;
  } finally {
    connection.release();
  }
}

/**
 * A fetcher waits for its statement and does nothing else. One whose connection was lost without a
 * word (a pooler in between may do that) is given up, so that the fetcher lives on.
 */
async function inTime<T>(statement: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('A statement did not end in time')), statementMs);
    timer.unref();
  });
  try {
    return await Promise.race([statement, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function whileUnavailable<T>(attempt: () => Promise<T>): Promise<T> {
  const until = Date.now() + repeatMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUnavailable(error) || Date.now() >= until) throw error;
      await new Promise((resolve) => setTimeout(resolve, repeatEveryMs));
    }
  }
}
