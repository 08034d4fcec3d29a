import type { InboxEvent } from '@/lib/webhooks/schema';

/** Events as far as they were read, newest first. Ids are UUIDv7, so their order is that of time. */
export interface EventRows {
  rows: readonly InboxEvent[];
  /** Where older ones go on; null at the end. */
  next: string | null;
}

/**
 * The newest page, read again, over what is known: a row that changed takes the place of what it
 * was. A filter may find nothing among the newest events; what it found further back stands. Null when
 * the page does not reach down to what is known: what lies between is not known, unless it `isJoined`:
 * then it ends where one did below which all is known.
 */
export function withNewest(
  known: EventRows | null,
  page: readonly InboxEvent[],
  next: string | null,
  isJoined = false,
): EventRows | null {
  const lowest = page.at(-1);
  if (known === null || next === null) return { rows: page, next };
  if (!lowest) return known;
  if (known.rows.length === 0) return { rows: page, next: isJoined ? known.next : next };
  const highest = known.rows[0];
  if (!isJoined && highest && lowest.id > highest.id) return null;
  const below = known.rows.filter(({ id }) => id < lowest.id);
  return below.length > 0 ? { rows: [...page, ...below], next: known.next } : { rows: page, next };
}

/**
 * An older page, read at `from`, below what is known. A page may be empty and still say where to go
 * on. One that was asked for before the list began anew does not belong to it.
 */
export function withOlder(
  known: EventRows,
  from: string,
  page: readonly InboxEvent[],
  next: string | null,
): EventRows {
  if (known.next !== from) return known;
  const lowest = known.rows.at(-1);
  const below = lowest ? page.filter(({ id }) => id < lowest.id) : page;
  return { rows: below.length > 0 ? [...known.rows, ...below] : known.rows, next };
}

/**
 * Whether a page ends above what is known, so that there may be more in between. One without a match
 * that is not the end says nothing of what lies below it.
 */
export function leavesGap(
  known: EventRows | null,
  page: readonly InboxEvent[],
  next: string | null,
): boolean {
  const [highest] = known?.rows ?? [];
  const lowest = page.at(-1);
  return highest !== undefined && next !== null && (lowest === undefined || lowest.id > highest.id);
}

/** What known rows have become; the others stand. */
export function withAgain(known: EventRows, page: readonly InboxEvent[]): EventRows {
  const again = new Map(page.map((event) => [event.id, event]));
  return { rows: known.rows.map((row) => again.get(row.id) ?? row), next: known.next };
}
