import type { NewRunEvent } from './run-event-schema.ts';

/** The newest events of a run, newest first, as they are kept. */
export type KeptEvent = NewRunEvent & { seq: number };

export type Placing =
  | { do: 'append'; event: NewRunEvent }
  /** The event at `seq` becomes this one; what came after it goes. */
  | { do: 'replace'; seq: number; event: NewRunEvent };

/** Pages that stand alone, and the events that each e-fold of pages after them becomes. */
export const pageEvents = 20;

/**
 * Where an event goes, so that a run of any length has few of them and still adds up to the same. A
 * page joins the last event as long as that one holds less than a twentieth of all pages before it: a
 * run of 10,000 pages has some 150 events of pages. A fault that repeats is one event that says how
 * often. What people said is never joined to anything. Pure.
 */
export function placeEvent(
  latest: readonly KeptEvent[],
  event: NewRunEvent,
  pagesBefore: number,
): Placing {
  const [last, before] = latest;
  if (event.type === 'page' && last?.type === 'page') {
    const share = Math.floor((pagesBefore - last.data.pages) / pageEvents);
    if (last.data.pages < share) {
      return { do: 'replace', seq: last.seq, event: joinedPages(last.data, event.data) };
    }
  }
  if (
    (event.type === 'postponed' || event.type === 'restarted') &&
    last?.type === 'started' &&
    last.data.allows === null &&
    before?.type === event.type &&
    before.data.error.code === event.data.error.code
  ) {
    const data = { ...event.data, times: before.data.times + event.data.times };
    return { do: 'replace', seq: before.seq, event: { type: event.type, data } };
  }
  return { do: 'append', event };
}

type Page = Extract<NewRunEvent, { type: 'page' }>;

const joinedPages = (first: Page['data'], more: Page['data']): Page => ({
  type: 'page',
  data: {
    pages: first.pages + more.pages,
    done: first.done + more.done,
    created: first.created + more.created,
    updated: first.updated + more.updated,
    unchanged: first.unchanged + more.unchanged,
    total: more.total,
  },
});
