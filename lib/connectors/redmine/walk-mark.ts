import { z } from 'zod';
import { toUtc } from './map.ts';

/** What Redmine gives at most for one call. */
export const perPage = 100;
/** How much of a page is shown again where pages are told by number. */
const overlapItems = 10;

/**
 * Where a walk through the issues of a project stands. Issues are read by the time of their last
 * change, oldest first, and each page starts at the time the page before it ended with.
 *
 * Offsets would skip: an issue that changes moves to the end, one that is deleted vanishes, and
 * everything behind it moves up by one, across the page border. A time moves under nobody. An offset
 * is used only inside one second that holds more than a page, and then pages overlap.
 */
export const walkMarkSchema = z.object({
  since: z.iso.datetime().nullable(),
  offset: z.number().int().nonnegative().default(0),
  /** What the page before this one has shown, so that it is told once. */
  edge: z.array(z.string().max(80)).max(perPage).default([]),
});
export type WalkMark = z.infer<typeof walkMarkSchema>;

/** A mark as it was stored; what cannot be read starts anew, which costs calls and loses nothing. */
export const readMark = (stored: unknown): WalkMark =>
  walkMarkSchema.safeParse(stored).data ?? { since: null, offset: 0, edge: [] };

export function nextMark(
  mark: WalkMark,
  items: readonly unknown[],
  total: number,
): WalkMark | null {
  if (items.length === 0 || mark.offset + items.length >= total) return null;
  const edge = items.slice(-perPage).map(edgeName);
  const last = lastTime(items);
  if (last !== null && (mark.since === null || Date.parse(last) > Date.parse(mark.since))) {
    return { since: last, offset: 0, edge };
  }
  const step = Math.max(items.length - overlapItems, 1);
  return { since: mark.since, offset: mark.offset + step, edge };
}

export const withoutEdge = (items: readonly unknown[], edge: readonly string[]): unknown[] =>
  items.filter((item) => !edge.includes(edgeName(item)));

function edgeName(item: unknown): string {
  const id = item !== null && typeof item === 'object' && 'id' in item ? item.id : null;
  return typeof id === 'number' ? `${id}@${timeOf(item) ?? ''}` : '';
}

/** The time the page ended with; null when the page is not in order, so that nothing is skipped. */
function lastTime(items: readonly unknown[]): string | null {
  let last: string | null = null;
  for (const item of items) {
    const time = timeOf(item);
    if (time === null || (last !== null && Date.parse(time) < Date.parse(last))) return null;
    last = time;
  }
  return last;
}

/** The latest change among the issues; null when there are none. */
export const latestTime = (items: readonly unknown[], known: string | null): string | null =>
  items.map(timeOf).reduce(laterTime, known);

export function laterTime(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(b) > Date.parse(a) ? b : a;
}

/** Redmine's own form, without a fraction. */
export const shiftTime = (time: string, ms: number): string =>
  new Date(Date.parse(time) + ms).toISOString().replace(/\.\d+Z$/, 'Z');

const timeOf = (item: unknown): string | null =>
  item !== null &&
  typeof item === 'object' &&
  'updated_on' in item &&
  typeof item.updated_on === 'string' &&
  toUtc(item.updated_on) !== null
    ? shiftTime(item.updated_on, 0)
    : null;
