'use client';

import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { callApi, keys, useLiveState } from '@/lib/live/index';
import { inboxPageSchema } from '@/lib/webhooks/schema';
import { type EventRows, withNewest, withOlder } from './event-rows';
import { type FilterName, toApiFilter } from './inbox-filter';

const pageRows = 100;
/** Events not yet applied make no signal, so the list also looks by itself. */
const lookEveryMs = 5_000;
/** Pages without a match that are read at one go before the reader is asked to scroll on. */
const emptyPagesMax = 20;
const none: EventRows['rows'] = [];

/**
 * Events under a filter. Only the newest page is read again and again; older ones are read once, as
 * one scrolls, so that a hundred thousand of them cost no more than what is in sight. One list for
 * one filter: give the component that uses it the filter as its key.
 */
export function useEventList(filter: Partial<Record<FilterName, string>>) {
  const { workspace } = useSession();
  const isLive = useLiveState() === 'live';
  const [openedAt] = useState(() => Date.now());
  const [list, setList] = useState<EventRows | null>(null);
  const [seen, setSeen] = useState<unknown>(null);
  const isReading = useRef(false);
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
  const newest = useQuery({
    queryKey: keys.inbox(workspace.id, filter),
    refetchInterval: isLive ? lookEveryMs * 2 : lookEveryMs,
    queryFn: ({ signal }) => read(null, signal),
  });
  if (newest.data && newest.data !== seen) {
    const { data, next_cursor: next } = newest.data;
    setSeen(newest.data);
    // Nothing is known yet, or so much has come that the list begins anew.
    setList(withNewest(list, data, next) ?? { rows: data, next });
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
    readOlder: () => void readOlder().catch(() => setFailed(true)),
  };
}
