'use client';

import { useSearchParams } from 'next/navigation';
import { useState } from 'react';

type Change = Record<string, string | null | undefined>;

/**
 * What a page shows, kept in its address. Written by the History API, which the router follows
 * without asking the server: router.replace would render the whole page there for every key typed.
 * The router follows in a transition; until then the page shows what was written, so that the next
 * key finds it.
 */
export function useUrlQuery(): [URLSearchParams, (change: Change) => void] {
  const current = useSearchParams().toString();
  const [known, setKnown] = useState(current);
  const [written, setWritten] = useState<readonly string[]>([]);
  if (current !== known) {
    setKnown(current);
    // The last thing written has arrived, or the address was changed by something else.
    if (current === written.at(-1) || !written.includes(current)) setWritten([]);
  }
  const change = (next: Change): void => {
    // Not what was rendered: two changes in one event must not undo each other.
    const query = new URLSearchParams(globalThis.location.search);
    for (const [name, value] of Object.entries(next)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const { pathname } = globalThis.location;
    const text = query.toString();
    setWritten((before) => (text === current ? [] : [...before, text]));
    globalThis.history.replaceState(null, '', text ? `${pathname}?${text}` : pathname);
  };
  return [new URLSearchParams(written.at(-1) ?? current), change];
}
