'use client';

import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { callApi, keys, useLiveState } from '@/lib/live/index';
import { type InboxEvent, inboxPageSchema } from '@/lib/webhooks/schema';
import { type EventRows, leavesGap, withAgain, withNewest, withOlder } from './event-rows';
import { type FilterName, toApiFilter } from './inbox-filter';

const pageRows = 100;
/** Events not yet applied make no signal, so the list also looks by itself. */
const lookEveryMs = 5_000;
/** Newest pages read at one look until they reach what is known; above that the reader is asked. */
const newPagesMax = 10;
/** Pages without a match that are read at one go before the reader is asked to scroll on. */
const emptyPagesMax = 20;
const none: EventRows['rows'] = [];

/**
 * Events under a filter. Only the newest page is read again and again, and the one in sight; others are
 * read once, as one scrolls, so that a hundred thousand of them cost no more than what is in sight. One
 * list for one filter: give the component that uses it the filter as its key.
 */
export function useEventList(filter: Partial<Record<FilterName, string>>) {
  const { workspace } = useSession();
  const isLive = useLiveState() === 'live';
  const [openedAt] = useState(() => Date.now());
  const [list, setList] = useState<EventRows | null>(null);
  const [seen, setSeen] = useState<unknown>(null);
  const [anew, setAnew] = useState<EventRows | null>(null);
  const isReading = useRef(false);
  /** Older pages that were read: where, and their first event. */
  const older = useRef<{ from: string; highest: string }[]>([]);
  /** The first event on the screen. */
  const sight = useRef<string | null>(null);
  const [hasFailed, setFailed] = useState(false);

  const read = (cursor: string | null, signal?: AbortSignal) =>
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
  /** The newest events down to those that are known, however many came since the last look. */
  const readNewest = async (signal: AbortSignal): Promise<EventRows> => {
    let { data: rows, next_cursor: next } = await read(null, signal);
    for (let pages = 1; pages < newPagesMax && leavesGap(list, rows, next); pages += 1) {
      const page = await read(next, signal);
      rows = [...rows, ...page.data];
      next = page.next_cursor;
    }
    return { rows, next };
  };
  const newest = useQuery({
    queryKey: keys.inbox(workspace.id, filter),
    refetchInterval: isLive ? lookEveryMs * 2 : lookEveryMs,
    queryFn: async ({ signal }) => {
      const inSight = older.current.findLast(({ highest }) => highest >= (sight.current ?? ''));
      const [rows, again] = await Promise.all([
        readNewest(signal),
        sight.current === null || !inSight ? null : read(inSight.from, signal),
      ]);
      return { rows, again };
    },
  });
  if (newest.data && newest.data !== seen) {
    const { rows, again } = newest.data;
    setSeen(newest.data);
    const merged = withNewest(list, rows.rows, rows.next);
    // So much has come that the list would begin anew, away from what is being read: the reader says when.
    if (merged === null) setAnew(rows);
    else setList(again ? withAgain(merged, again.data) : merged);
  }

  const readOlder = async (): Promise<void> => {
    let cursor = list?.next ?? null;
    if (isReading.current || !cursor) return;
    isReading.current = true;
    setFailed(false);
    try {
      for (let pages = 0; cursor && pages < emptyPagesMax; pages += 1) {
        const from = cursor;
        const page = await read(from);
        cursor = page.next_cursor;
        const [first] = page.data;
        if (first) older.current.push({ from, highest: first.id });
        setList((known) => known && withOlder(known, from, page.data, page.next_cursor));
        if (page.data.length > 0) return;
      }
    } finally {
      isReading.current = false;
    }
  };

  return {
    rows: list?.rows ?? none,
    hasMore: list !== null && list.next !== null,
    isPending: newest.isPending,
    error: newest.error,
    retry: () => void newest.refetch(),
    /** The last reading of older events: what it brought before stays. */
    hasFailed,
    /** Far more has come than is known; null: nothing that is not shown. */
    beginAnew:
      anew &&
      (() => {
        older.current = [];
        setList(anew);
        setAnew(null);
      }),
    /** Which event is the first on the screen: its page is kept fresh. */
    onSight: (event: InboxEvent | undefined) => {
      sight.current = event?.id ?? null;
    },
    readOlder: () => void readOlder().catch(() => setFailed(true)),
  };
}
