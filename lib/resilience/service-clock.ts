import type { Clock } from '#lib/core/index';
import {
  type ClockOffset,
  type ClockSight,
  isNews,
  keepSights,
  offsetOf,
  sightOf,
} from './clock-state.ts';

/** Where all workers find it. What is written is the service's clock against the worker's own. */
export interface ClockStore {
  write(found: ClockOffset): Promise<void>;
}

/** Watches the clock of one connection's service. */
export interface ServiceClock {
  /** An answer came. Never waits and never throws. */
  see(headers: Headers, call: { startedMs: number; endedMs: number }): void;
  /** What is being written is written. */
  close(): Promise<void>;
}

export function watchClock(options: {
  store: ClockStore;
  clock: Clock;
  onFault: (error: unknown) => void;
}): ServiceClock {
  const { store, clock, onFault } = options;
  let sights: ClockSight[] = [];
  let written: (ClockOffset & { atMs: number }) | null = null;
  let isWritten = true;
  let writing: Promise<void> | null = null;
  const write = async (found: ClockOffset): Promise<void> => {
    try {
      await store.write(found);
    } catch (error) {
      isWritten = false;
      onFault(error);
    }
    writing = null;
  };
  return {
    see: (headers, call) => {
      const sight = sightOf(headers, call);
      if (!sight) return;
      sights = keepSights(sights, sight);
      const nowMs = clock.now();
      const found = offsetOf(sights, nowMs);
      if (!found || writing || !isNews(written, found, nowMs, isWritten)) return;
      written = { ...found, atMs: nowMs };
      isWritten = true;
      writing = write(found);
    },
    close: async () => {
      await writing;
    },
  };
}

/** Of an account that is no connection yet. */
export const unwatchedClock: ServiceClock = {
  see: () => undefined,
  close: () => Promise.resolve(),
};
