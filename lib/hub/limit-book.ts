import type { Clock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { readChosenLimits } from './inbound-limits-store.ts';
import type { LimitName } from './limit-table.ts';

/** A choice holds everywhere after this long at the latest. */
const freshMs = 10_000;

/** What admins chose instead of the usual limits. Never waited for: one statement now and then. */
export interface LimitBook {
  /** Undefined: the usual one. */
  chosen(name: LimitName, subject: string): number | undefined;
  /** Reads it again now; the last one known stays when that fails. */
  refresh(): Promise<void>;
}

export function limitBook(deps: { db: Db; clock: Clock; log: Logger }): LimitBook {
  let known = new Map<string, number>();
  let readAtMs = Number.NEGATIVE_INFINITY;
  const refresh = async (): Promise<void> => {
    readAtMs = deps.clock.now();
    try {
      const rows = await readChosenLimits(deps.db);
      known = new Map(rows.map(({ subject, name, amount }) => [`${name} ${subject}`, amount]));
    } catch (error) {
      deps.log.warn('the chosen limits could not be read', { err: error });
    }
  };
  return {
    refresh,
    chosen(name, subject) {
      if (deps.clock.now() - readAtMs > freshMs) void refresh();
      return known.get(`${name} ${subject}`);
    },
  };
}
