'use client';

import { type RefObject, useEffect, useState } from 'react';
import { useSize } from './use-size';

/** Rows drawn above and below the window, so that fast scrolling shows no gap. */
const overscanRows = 12;
/** Until the window is measured; enough for a tall screen. */
const firstRows = 40;

export interface RowWindow {
  /** First row to draw, and the one after the last. */
  start: number;
  end: number;
  /** The first row that is seen. */
  top: number;
  /** Rows that fit into the window. */
  fitting: number;
  width: number | undefined;
  /** Keeps what is seen in its place after so many rows were put in front; not at the very top. */
  pushDown: (rows: number) => void;
  /** Brings a row into sight by the shortest way. */
  reveal: (index: number) => void;
}

/**
 * Which rows of equal height are in sight. By hand and not by @tanstack/react-virtual: with one
 * height it is a division, and its hook cannot be compiled (it returns functions that change under
 * the same identity).
 */
export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowPx: number,
  headerPx: number,
): RowWindow {
  const size = useSize(scroller);
  const [first, setFirst] = useState(0);

  useEffect(() => {
    const node = scroller.current;
    if (!node) return;
    const read = () => setFirst(Math.floor(node.scrollTop / rowPx));
    node.addEventListener('scroll', read, { passive: true });
    return () => node.removeEventListener('scroll', read);
  }, [scroller, rowPx]);

  function reveal(index: number) {
    const node = scroller.current;
    if (!node) return;
    const top = index * rowPx;
    const room = node.clientHeight - headerPx - rowPx;
    if (top < node.scrollTop) node.scrollTo({ top });
    else if (top > node.scrollTop + room) node.scrollTo({ top: top - room });
  }

  function pushDown(rows: number) {
    const node = scroller.current;
    if (!node || node.scrollTop === 0) return;
    const top = node.scrollTop + rows * rowPx;
    node.scrollTo({ top });
    // The event comes only after the next frame, which would show other rows for a moment.
    setFirst(Math.floor(top / rowPx));
  }

  const fitting = size ? Math.ceil(Math.max(0, size.height - headerPx) / rowPx) : firstRows;
  // A list that became shorter than the scroll position still shows its last rows.
  const top = Math.min(first, Math.max(0, count - fitting));
  return {
    start: Math.max(0, top - overscanRows),
    end: Math.min(count, top + fitting + overscanRows),
    top,
    fitting,
    width: size?.width,
    reveal,
    pushDown,
  };
}
