'use client';

import { useRef, useState } from 'react';
import type { InboxEvent, InboxPage } from '@/lib/webhooks/schema';

/** Pages without a match that are read at one go before the reader is asked to go on. */
const emptyPagesMax = 20;

/** Reads older events from a place on, until some match, and says why it stopped before. */
export function useOlderEvents(
  read: (cursor: string) => Promise<InboxPage>,
  next: string | null,
  onPage: (from: string, page: readonly InboxEvent[], next: string | null) => void,
) {
  const isReading = useRef(false);
  const [stopped, setStopped] = useState<'failed' | 'far' | null>(null);
  const readOlder = async (): Promise<void> => {
    let cursor = next;
    if (isReading.current || cursor === null) return;
    isReading.current = true;
    setStopped(null);
    try {
      for (let count = 0; cursor !== null && count < emptyPagesMax; count += 1) {
        const from: string = cursor;
        const page = await read(from);
        cursor = page.next_cursor;
        onPage(from, page.data, cursor);
        if (page.data.length > 0) return;
      }
      if (cursor !== null) setStopped('far');
    } catch {
      setStopped('failed');
    } finally {
      isReading.current = false;
    }
  };
  return {
    /** Why it does not go on by itself; what was read before stays. */
    stopped,
    readOlder: () => void readOlder(),
  };
}
