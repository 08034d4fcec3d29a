'use client';

import { type RefObject, useEffect, useState } from 'react';

export interface Size {
  width: number;
  height: number;
}

/** Inner size of an element in CSS pixels, followed as it changes; undefined until measured. */
export function useSize(element: RefObject<HTMLElement | null>): Size | undefined {
  const [size, setSize] = useState<Size>();
  useEffect(() => {
    const node = element.current;
    if (!node) return;
    // Reports once on observe, after layout and before paint, so nothing need be read here.
    const observer = new ResizeObserver(() => {
      setSize({ width: node.clientWidth, height: node.clientHeight });
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
