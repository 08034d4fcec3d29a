import { createHash } from 'node:crypto';
import { type Clock, HubError, isHubError, newId, systemClock } from '#lib/core/index';
import type { Queryable } from '#lib/db/index';
import { counter, type Logger } from '#lib/observability/index';
import { type CacheMarks, judgeEntry } from './cache-decision.ts';
import { type CacheFigures, cacheFigures } from './cache-figures.ts';
import { type CacheMemory, cacheMemory } from './cache-memory.ts';
import type { CacheStore, EntryAt, Seen, StoredEntry } from './cache-store.ts';
import { type CacheTopic, readValue, writeValue } from './cache-topic.ts';

/** What is asked for. The workspace is part of every key. */
export interface CacheAt {
  workspaceId: string;
  key: readonly string[];
  /** Marking one of them (`markTags`) makes the value old. */
  tags: readonly string[];
}

export interface Cached<T> {
  value: T;
  asOfMs: number;
  state: 'fresh' | 'stale';
}

export interface CacheRead<T> extends CacheAt {
  /** Asks the source. Its signal ends before the claim does. */
  load(signal: AbortSignal): Promise<T>;
  /** Whatever is kept, ask the source. */
  refresh?: boolean;
}

export interface Cache {
  /** The kept value, or the loaded one. A stale one is answered at once and refreshed behind. */
  read<T>(topic: CacheTopic<T>, request: CacheRead<T>): Promise<Cached<T>>;
  /** The kept value or null; asks no source. `through` reads under the caller's rights. */
  peek<T>(
    topic: CacheTopic<T>,
    at: CacheAt,
    through?: Queryable,
  ): Promise<(Cached<T> & { isLoading: boolean }) | null>;
  figures: CacheFigures['of'];
  /** Resolves when nothing is being refreshed behind any more. */
  settled(): Promise<void>;
}

export interface CacheOptions {
  store: CacheStore;
  log: Logger;
  clock?: Clock;
  memory?: CacheMemory;
}

/** Memory is believed that long without asking the shared level whether a tag was marked. */
const trustMs = 1_000;
/** Of a load; a process that dies in the middle of one is followed after it. */
const leaseMs = 30_000;
const loadMs = 27_000;
const firstLookMs = 25;
const lastLookMs = 250;

const loads = counter('patchbay_cache_loads_total', 'Loads of the cache by how they ended', [
  'topic',
  'outcome',
]);

export function createCache(options: CacheOptions): Cache {
  const { store, log, clock = systemClock, memory = cacheMemory() } = options;
  const figures = cacheFigures();
  const flights = new Map<string, Promise<Cached<unknown>>>();
  const parts = { store, log, clock, memory };

  /** One load of a key at a time in this process; the store sees to the others. */
  const load = <T>(topic: CacheTopic<T>, at: EntryAt, request: CacheRead<T>) => {
    const name = memoryKey(at);
    const under = flights.get(name) as Promise<Cached<T>> | undefined;
    if (under) return under;
    const flight = loadOnce(parts, topic, at, request).finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  };

  return {
    read: async (topic, request) => {
      const at = entryAt(topic, request);
      if (request.refresh) return load(topic, at, request);
      const kept = await find(parts, topic, at, request.tags);
      figures.count(at, kept?.state ?? 'expired');
      if (!kept) return load(topic, at, request);
      if (kept.state === 'stale') {
        load(topic, at, request).catch((error: unknown) => {
          log.info('A value was not refreshed', { kind: topic.name, err: error });
        });
      }
      return kept;
    },
    peek: async (topic, request, through) => {
      const at = entryAt(topic, request);
      const kept = await find(parts, topic, at, request.tags, { through });
      figures.count(at, kept?.state ?? 'expired');
      return kept;
    },
    figures: (workspaceId) => figures.of(workspaceId),
    settled: async () => {
      while (flights.size > 0) await Promise.allSettled(flights.values());
    },
  };
}

/** A value as it was found; `stamp` tells one load from another. */
type Kept<T> = Cached<T> & { isLoading: boolean; stamp: string };

type Parts = { store: CacheStore; log: Logger; clock: Clock; memory: CacheMemory };

function entryAt(topic: { name: string }, { workspaceId, key }: CacheAt): EntryAt {
  const text = JSON.stringify([topic.name, ...key]);
  return { workspaceId, topic: topic.name, key: createHash('sha256').update(text).digest() };
}

const memoryKey = (at: EntryAt): string => `${at.workspaceId} ${at.key.toString('hex')}`;

async function find<T>(
  parts: Parts,
  topic: CacheTopic<T>,
  at: EntryAt,
  tags: readonly string[],
  how: { through?: Queryable | undefined; isShared?: boolean } = {},
): Promise<Kept<T> | null> {
  const { clock, memory, log } = parts;
  const { through } = how;
  const near = how.isShared ? null : memory.get(memoryKey(at));
  if (near && clock.now() - near.checkedAtMs < trustMs) {
    return toCached(topic, near, near.marks, { nowMs: clock.now(), isLoading: false });
  }
  let seen: Seen;
  try {
    seen = await parts.store.look(at, tags, through);
  } catch (error) {
    // Inside the caller's transaction a failed statement is the caller's to see.
    if (through) throw error;
    log.warn('The shared cache cannot be read', { kind: topic.name, err: error });
    return null;
  }
  const nowMs = clock.now();
  const kept = seen.entry && toCached(topic, seen.entry, seen.present, { nowMs, ...seen });
  if (kept && seen.entry) memory.put(memoryKey(at), { ...seen.entry, checkedAtMs: nowMs });
  else memory.drop(memoryKey(at));
  return kept;
}

function toCached<T>(
  topic: CacheTopic<T>,
  entry: StoredEntry,
  present: CacheMarks,
  at: { nowMs: number; isLoading: boolean },
): Kept<T> | null {
  const state = judgeEntry(entry, topic, present, at.nowMs);
  if (state === 'expired') return null;
  const read = readValue(topic, entry.text);
  if (!read) return null;
  const { loadedAtMs: asOfMs, stamp } = entry;
  return { value: read.value, asOfMs, state, stamp, isLoading: at.isLoading };
}

/** Loads, or waits for whoever does and takes what they wrote. */
async function loadOnce<T>(
  parts: Parts,
  topic: CacheTopic<T>,
  at: EntryAt,
  request: CacheRead<T>,
): Promise<Cached<T>> {
  const { store } = parts;
  const holder = newId();
  const before = request.refresh ? await stampOf(parts, at) : null;
  const until = Date.now() + leaseMs;
  for (let wait = firstLookMs; ; wait = Math.min(wait * 1.5, lastLookMs)) {
    const isMine = await store.claim(at, holder, leaseMs).catch((error: unknown) => {
      parts.log.warn('The shared cache cannot be written', { kind: topic.name, err: error });
      return 'unshared' as const;
    });
    if (isMine !== false) return loadHeld(parts, topic, { ...at, holder, before }, request);
    if (Date.now() >= until) break;
    await new Promise((resolve) => setTimeout(resolve, wait));
    const kept = await find(parts, topic, at, request.tags, { isShared: true });
    if (kept && isEnough(kept, request.refresh, before)) return kept;
  }
  throw new HubError('internal.unavailable', 'Another process has been asking for too long.', {
    retry: 'later',
  });
}

/** Whoever wants it new takes any load but the one that was there; the others take a fresh one. */
const isEnough = (kept: Kept<unknown>, refresh: boolean | undefined, before: string | null) =>
  refresh ? kept.stamp !== before : kept.state === 'fresh';

async function stampOf({ store }: Parts, at: EntryAt): Promise<string | null> {
  const seen = await store.look(at, []).catch(() => null);
  return seen?.entry?.stamp ?? null;
}

async function loadHeld<T>(
  { store, log, clock, memory }: Parts,
  topic: CacheTopic<T>,
  at: EntryAt & { holder: string; before: string | null },
  request: CacheRead<T>,
): Promise<Cached<T>> {
  const { holder } = at;
  const started = clock.now();
  try {
    // Before the load: what is marked while it runs makes its result old.
    const seen = await store.look(at, request.tags).catch(() => null);
    const other =
      seen?.entry && toCached(topic, seen.entry, seen.present, { ...seen, nowMs: started });
    if (other && isEnough(other, request.refresh, at.before)) {
      // Somebody finished between our look and our claim.
      await store.release(at, holder);
      return other;
    }
    const value = await request.load(AbortSignal.timeout(loadMs));
    const written = writeValue(topic, value);
    const cached: Cached<T> = { value, asOfMs: started, state: 'fresh' };
    if ('no' in written || !seen) {
      const reason = 'no' in written ? written.no : 'the shared level cannot be asked';
      log.warn('A value is not kept', { kind: topic.name, reason });
      loads.inc({ topic: topic.name, outcome: 'not_kept' });
      await store.release(at, holder).catch(() => undefined);
      return cached;
    }
    const entry = { text: written.text, marks: seen.present, loadedAtMs: started };
    const stamp = await store.write(at, holder, entry, topic.keepMs).catch(() => null);
    if (stamp !== null) memory.put(memoryKey(at), { ...entry, stamp, checkedAtMs: started });
    loads.inc({ topic: topic.name, outcome: stamp === null ? 'overtaken' : 'kept' });
    return cached;
  } catch (error) {
    loads.inc({ topic: topic.name, outcome: isHubError(error) ? error.code : 'failed' });
    await store.release(at, holder).catch(() => undefined);
    throw error;
  }
}
