import type { Json, JsonObject } from '#lib/core/index';
import { fieldRule, fieldsEqual, type Kind } from '#lib/kinds/index';
import { syncLimits } from './limits.ts';

/** A change of a record that came from a connection. */
export interface RecentChange {
  record_id: string;
  connection_id: string;
  /** {field: [before, after]} */
  diff: JsonObject;
}

/**
 * The fields that two services keep changing back and forth through the hub: each has something of
 * its own that insists on its value. Without an end to it both would be written for ever. Pure.
 *
 * `recent` are the record's changes within syncLimits.flipWindowMs, newest first.
 */
export function findFlips(
  kind: Kind,
  next: { connectionId: string; diff: JsonObject },
  recent: readonly RecentChange[],
): string[] {
  return Object.entries(next.diff)
    .filter(([field, sides]) => {
      const { comparator } = fieldRule(kind, field);
      let [before, after] = pair(sides);
      let by = next.connectionId;
      let flips = 1;
      for (const change of recent) {
        if (!Object.hasOwn(change.diff, field)) continue;
        const [earlier, later] = pair(change.diff[field]);
        const turns =
          change.connection_id !== by &&
          fieldsEqual(comparator, earlier, after) &&
          fieldsEqual(comparator, later, before);
        if (!turns) break;
        flips += 1;
        [before, after] = [earlier, later];
        by = change.connection_id;
      }
      return flips >= syncLimits.flips;
    })
    .map(([field]) => field);
}

/** A field whose change at a service is overwritten there: the hub's value goes out again. */
export interface Overwritten {
  field: string;
  /** What stands, and what was changed there. */
  local: Json;
  remote: Json;
}

/** The same of one link before, by its values. */
export interface RecentWriteBack extends Overwritten {
  times: number;
  /** A person is being asked about the field. */
  is_parked: boolean;
}

/**
 * The fields something at the service keeps setting to its own value against one that only goes out:
 * each would be overwritten by the other for ever, and no change of a record tells of it. Pure.
 *
 * `recent` is what was written back at the same link within syncLimits.flipWindowMs.
 */
export function findWriteBacks(
  kind: Kind,
  next: readonly Overwritten[],
  recent: readonly RecentWriteBack[],
): string[] {
  return next
    .filter(({ field, local, remote }) => {
      const { comparator } = fieldRule(kind, field);
      const own = recent.filter((one) => one.field === field);
      const same = own.filter(
        (one) =>
          fieldsEqual(comparator, one.local, local) && fieldsEqual(comparator, one.remote, remote),
      );
      const times = same.reduce((sum, one) => sum + one.times, 1);
      return times >= syncLimits.flips || own.some((one) => one.is_parked);
    })
    .map(({ field }) => field);
}

const pair = (sides: Json | undefined): [Json, Json] =>
  Array.isArray(sides) ? [sides[0] ?? null, sides[1] ?? null] : [null, null];
