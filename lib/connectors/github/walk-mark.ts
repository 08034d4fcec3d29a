import { z } from 'zod';
import { badAnswer } from './errors.ts';
import { type PageMark, pageMark } from './link-header.ts';
import { toUtc } from './map.ts';

/**
 * Where a walk through the issues of a repository stands. Issues are read by the time of their last
 * change, oldest first, and each page starts at the time the page before it ended with.
 *
 * Page numbers would skip: an issue that changes moves to the end and everything behind it moves up
 * by one, across the page border; one that is deleted does the same to a list by creation. A time
 * moves under nobody. Page marks are used only inside one second that holds more than a page.
 */
const walkMarkSchema = z.object({
  since: z.iso.datetime().nullable(),
  page: z.string().optional(),
  after: z.string().optional(),
});

export interface WalkMark extends PageMark {
  since: string | null;
}

/** A mark as it was stored; what cannot be read starts anew, which costs calls and loses nothing. */
export function readMark(stored: unknown): WalkMark {
  const read = walkMarkSchema.safeParse(stored);
  if (!read.success) return { since: null };
  const { since, page, after } = read.data;
  return {
    since,
    ...(page === undefined ? {} : { page }),
    ...(after === undefined ? {} : { after }),
  };
}

/**
 * `since` is documented as "after" and works as "from": one tick further back is right for both.
 * GitHub's clock ticks in seconds; a service that shows fractions ticks in milliseconds.
 */
export const stepBack = (time: string): string => shiftTime(time, time.includes('.') ? -1 : -1_000);

export function nextMark(mark: WalkMark, items: unknown[], link: string | null): WalkMark | null {
  const onward = pageMark(link, 'next');
  if (!onward) return null;
  const last = lastTime(items);
  const since = last === null ? null : stepBack(last);
  if (since !== null && (mark.since === null || Date.parse(since) > Date.parse(mark.since))) {
    return { since };
  }
  if (onward.page === mark.page && onward.after === mark.after) {
    throw badAnswer('its pages turn in circles');
  }
  return { since: mark.since, ...onward };
}

/** What the next page will show once more, by id and time, so that progress counts it once. */
export function edgeOf(next: WalkMark, items: unknown[]): string[] {
  const { since, page, after } = next;
  if (since === null || page !== undefined || after !== undefined) return [];
  return items.filter((item) => isFrom(item, since)).map(edgeName);
}

export function withoutEdge(items: unknown[], edge: readonly string[]): unknown[] {
  return edge.length === 0 ? items : items.filter((item) => !edge.includes(edgeName(item)));
}

const isFrom = (item: unknown, since: string): boolean => {
  const time = timeOf(item);
  return time !== null && Date.parse(time) >= Date.parse(since);
};

function edgeName(item: unknown): string {
  const id = item !== null && typeof item === 'object' && 'id' in item ? item.id : null;
  return typeof id === 'number' ? `${id}@${timeOf(item) ?? ''}` : '';
}

/** The time the page ended with; null when the page is not in order, so that nothing is skipped. */
function lastTime(items: unknown[]): string | null {
  let last: string | null = null;
  for (const item of items) {
    const time = timeOf(item);
    if (time === null || (last !== null && Date.parse(time) < Date.parse(last))) return null;
    last = time;
  }
  return last;
}

/** The latest change among the issues; null when there are none. */
export function latestTime(items: unknown[], known: string | null): string | null {
  return items.map(timeOf).reduce(laterTime, known);
}

export function laterTime(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(b) > Date.parse(a) ? b : a;
}

export const earlierTime = (a: string, b: string): string =>
  Date.parse(b) < Date.parse(a) ? b : a;

/** GitHub's own form: without a fraction where there is none. */
export function shiftTime(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString().replace('.000Z', 'Z');
}

const timeOf = (item: unknown): string | null =>
  item !== null &&
  typeof item === 'object' &&
  'updated_at' in item &&
  typeof item.updated_at === 'string'
    ? toUtc(item.updated_at)
    : null;
