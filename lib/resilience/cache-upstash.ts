import type { Redis } from '@upstash/redis';
import { z } from 'zod';
import type { Db } from '#lib/db/index';
import { type CacheStore, type EntryAt, readMarks, type StoredEntry } from './cache-store.ts';

const storedSchema = z.object({
  stamp: z.string(),
  text: z.string(),
  marks: z.record(z.string(), z.string().nullable()),
  loadedAtMs: z.number(),
});

/** Compare, then act, in one step of the server: the claim may have passed to somebody else. */
const writeScript = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('del', KEYS[1])
return 1`;
const releaseScript = `
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0`;

/**
 * Entries and claims in Upstash's Redis. The marks stay in PostgreSQL, because they must be written
 * in the transaction of the fact they follow. The client must be made without its own parsing of
 * JSON (`automaticDeserialization: false`).
 */
export function upstashCache(redis: Redis, db: Db): CacheStore {
  return {
    look: async (at, tags, through = db) => {
      const [text, lease] = await redis.mget<(string | null)[]>(entryKey(at), leaseKey(at));
      const present = await readMarks(through, at.workspaceId, tags);
      return { entry: parse(text ?? null), present, isLoading: (lease ?? null) !== null };
    },
    claim: async (at, holder, leaseMs) =>
      (await redis.set(leaseKey(at), holder, { px: leaseMs, nx: true })) === 'OK',
    write: async (at, holder, entry, keepMs) => {
      const done = await redis.eval(
        writeScript,
        [leaseKey(at), entryKey(at)],
        [holder, JSON.stringify({ ...entry, stamp: holder }), String(keepMs)],
      );
      return Number(done) === 1 ? holder : null;
    },
    release: async (at, holder) => {
      await redis.eval(releaseScript, [leaseKey(at)], [holder]);
    },
  };
}

// One hash slot for both, as scripts over two keys need in a cluster.
const entryKey = (at: EntryAt): string =>
  `patchbay:cache:{${at.workspaceId}:${at.key.toString('hex')}}`;
const leaseKey = (at: EntryAt): string => `${entryKey(at)}:lease`;

function parse(text: string | null): StoredEntry | null {
  if (text === null) return null;
  try {
    const read = storedSchema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
