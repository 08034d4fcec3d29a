'use client';

import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { callApi, keys, useLiveState } from '@/lib/live/index';
import { type InboxEvent, type InboxPage, inboxPageSchema } from '@/lib/webhooks/schema';
import { type EventRows, leavesGap, withAgain, withNewest, withOlder } from './event-rows';
import { type FilterName, toApiFilter } from './inbox-filter';
import { enoughPages, type PageRead, pageInSight, pageRead } from './pages-read';
import { useOlderEvents } from './use-older-events';

const pageRows = 100;
/** Events not yet applied make no signal, so the list also looks by itself. */
const lookEveryMs = 5_000;
/** Newest pages read at one look until they reach what is known; above that the reader is asked. */
const newPagesMax = 10;
const none: EventRows['rows'] = [];

type Filter = Partial<Record<FilterName, string>>;
type ReadPage = (cursor: string | null, signal?: AbortSignal) => Promise<InboxPage>;

/** Reads one page of events under a filter, the newest or that at a cursor. */
function useReadPage(filter: Filter): ReadPage {
  const { workspace } = useSession();
  const [openedAt] = useState(() => Date.now());
  return (cursor: string | null, signal?: AbortSignal) =>
    callApi('/inbox-events', {
      query: {
        workspace_id: workspace.id,
        limit: pageRows,
        ...toApiFilter(filter, openedAt),
        ...(cursor ? { cursor } : {}),
      },
      schema: inboxPageSchema,
      ...(signal ? { signal } : {}),
    });
}

interface Newest extends EventRows {
  /** Where the very newest page ended: the same as before when nothing has come at all. */
  floor: string | null;
  /** The pages below the very newest. */
  pages: PageRead[];
}

/** What one knows of the list, apart from its rows. */
interface Reach {
  list: EventRows | null;
  floor: string | null;
  isAsking: boolean;
}

type Known = Omit<Reach, 'isAsking'>;

/** It ended where the newest page ended before: all below is known. */
const isJoined = ({ floor }: Known, read: Newest): boolean =>
  floor !== null && read.floor === floor;

/** Whether more may lie between what was read and what is known. */
const missesSome = (known: Known, read: Newest): boolean =>
  !isJoined(known, read) && leavesGap(known.list, read.rows, read.next);

/** The newest events down to those that are known; one page while the reader is being asked. */
async function readNewest(read: ReadPage, known: Reach, signal: AbortSignal): Promise<Newest> {
  const first = await read(null, signal);
  const newest: Newest = {
    rows: first.data,
    next: first.next_cursor,
    floor: first.next_cursor,
    pages: [],
  };
  const most = known.isAsking ? 1 : newPagesMax;
  for (let count = 1; count < most && missesSome(known, newest); count += 1) {
    const from = newest.next ?? '';
    const page = await read(from, signal);
    newest.pages.push(...pageRead(from, page.data));
    newest.rows = [...newest.rows, ...page.data];
    newest.next = page.next_cursor;
  }
  return newest;
}

/** Where to read again what has just slid off the newest page. */
function slidOff(rows: EventRows['rows'], newest: Newest): PageRead[] {
  const below = rows[newest.rows.length];
  if (!below || newest.next === null || newest.rows.length === 0) return [];
  return [{ from: newest.next, highest: below.id, count: pageRows }];
}

/**
 * Events under a filter. Only the newest page is read again and again, and what is in sight; others are
 * read once, as one scrolls, so that a hundred thousand of them cost no more than what is in sight. One
 * list for one filter: give the component that uses it the filter as its key.
 */
export function useEventList(filter: Filter) {
  const { workspace } = useSession();
  const isLive = useLiveState() === 'live';
  const read = useReadPage(filter);
  const [list, setList] = useState<EventRows | null>(null);
  const [floor, setFloor] = useState<string | null>(null);
  const [pages, setPages] = useState<readonly PageRead[]>([]);
  const [seen, setSeen] = useState<unknown>(null);
  const [anew, setAnew] = useState<Newest | null>(null);
  const [edition, setEdition] = useState(0);
  /** The first event on the screen and the last. */
  const sight = useRef<readonly string[]>([]);

  const newest = useQuery({
    queryKey: keys.inbox(workspace.id, filter),
    refetchInterval: isLive ? lookEveryMs * 2 : lookEveryMs,
    queryFn: async ({ signal }) => {
      const inSight = new Set(sight.current.flatMap((id) => pageInSight(pages, id)?.from ?? []));
      const [rows, ...again] = await Promise.all([
        readNewest(read, { list, floor, isAsking: anew !== null }, signal),
        ...[...inSight].map((from) => read(from, signal)),
      ]);
      return { rows, again: again.flatMap(({ data }) => data) };
    },
  });
  if (newest.data && newest.data !== seen) {
    const { rows, again } = newest.data;
    setSeen(newest.data);
    const known = { list, floor };
    const merged = missesSome(known, rows)
      ? null
      : withNewest(list, rows.rows, rows.next, isJoined(known, rows));
    // So much has come that the list would begin anew, away from what is being read: the reader says when.
    setAnew(merged ? null : rows);
    const now = merged ?? list;
    if (now) setList(withAgain(now, again));
    if (merged) {
      setFloor(rows.floor);
      setPages(enoughPages([...pages, ...rows.pages, ...slidOff(merged.rows, rows)], merged.rows));
    }
  }
  const older = useOlderEvents(read, list?.next ?? null, (from, page, next) => {
    setPages((known) => [...known, ...pageRead(from, page)]);
    setList((known) => known && withOlder(known, from, page, next));
  });

  return {
    rows: list?.rows ?? none,
    hasMore: list !== null && list.next !== null,
    isPending: newest.isPending,
    error: newest.error,
    retry: () => void newest.refetch(),
    /** Far more has come than is known; null: nothing that is not shown. */
    beginAnew:
      anew &&
      (() => {
        setPages(anew.pages);
        setList(anew);
        setFloor(anew.floor);
        setAnew(null);
        setEdition(edition + 1);
      }),
    /** Whether some of what has come since is known to match. */
    hasNewRows: anew !== null && anew.rows.length > 0,
    /** How often the list has begun anew. */
    edition,
    /** Which events are the first and the last on the screen: their pages are kept fresh. */
    onSight: (...events: (InboxEvent | undefined)[]) => {
      sight.current = events.flatMap((event) => event?.id ?? []);
    },
    ...older,
  };
}
