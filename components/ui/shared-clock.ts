'use client';

import { useSyncExternalStore } from 'react';

/** One timer for every relative time on the page; it stops with the last of them. */
const tickMs = 1000;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = 0;

function tick() {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    nowMs = Date.now();
    timer = setInterval(tick, tickMs);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function snapshot(): number {
  if (timer === undefined) nowMs = Math.floor(Date.now() / tickMs) * tickMs;
  return nowMs;
}

let hydrationMs: number | undefined;

/** Fresh for every request on the server; one value for the whole hydration in the browser. */
function serverSnapshot(): number {
  if (typeof window === 'undefined') return Date.now();
  hydrationMs ??= Date.now();
  return hydrationMs;
}

/** The present in milliseconds, renewed every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot, serverSnapshot);
}

function neverChanges(): () => void {
  return () => undefined;
}

/** False on the server and while hydrating: then the reader's time zone is not known yet. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    neverChanges,
    () => true,
    () => false,
  );
}
