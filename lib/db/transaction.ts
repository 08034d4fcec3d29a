import type { Db, Tx } from './connect.ts';

/** Runs `work` in one transaction; a throw rolls back. Never call a provider inside. */
export function transaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.begin(work) as Promise<T>;
}
