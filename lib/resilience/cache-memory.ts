import type { StoredEntry } from './cache-store.ts';

/** An entry in this process, and when its marks were last compared with the shared ones. */
export interface MemoryEntry extends StoredEntry {
  checkedAtMs: number;
}

export interface CacheMemory {
  get(key: string): MemoryEntry | null;
  put(key: string, entry: MemoryEntry): void;
  drop(key: string): void;
  size(): { entries: number; bytes: number };
}

export interface MemoryBounds {
  entries: number;
  bytes: number;
}

/** Of one process; what was unused for longest goes first. */
export const defaultMemory: MemoryBounds = { entries: 2_000, bytes: 16_777_216 };

/** A bounded map in the order of use. */
export function cacheMemory(bounds: MemoryBounds = defaultMemory): CacheMemory {
  const rows = new Map<string, MemoryEntry>();
  let bytes = 0;
  const sizeOf = (entry: MemoryEntry): number => Buffer.byteLength(entry.text);
  const drop = (key: string): void => {
    const row = rows.get(key);
    if (!row) return;
    bytes -= sizeOf(row);
    rows.delete(key);
  };
  return {
    get: (key) => {
      const row = rows.get(key);
      if (!row) return null;
      rows.delete(key);
      rows.set(key, row);
      return row;
    },
    put: (key, entry) => {
      drop(key);
      if (sizeOf(entry) > bounds.bytes) return;
      rows.set(key, entry);
      bytes += sizeOf(entry);
      for (const oldest of rows.keys()) {
        if (rows.size <= bounds.entries && bytes <= bounds.bytes) break;
        drop(oldest);
      }
    },
    drop,
    size: () => ({ entries: rows.size, bytes }),
  };
}
