import { z } from 'zod';
import type { Clock } from '#lib/core/index';
import { type Db, json, type Queryable, type Tx } from '#lib/db/index';
import type { CacheMarks } from './cache-decision.ts';

export interface NewEntry {
  /** JSON of the value. */
  text: string;
  marks: CacheMarks;
  loadedAtMs: number;
}

export interface StoredEntry extends NewEntry {
  /** Of one load; another load has another one. */
  stamp: string;
}

export interface EntryAt {
  workspaceId: string;
  topic: string;
  /** SHA-256 of topic and key. */
  key: Buffer;
}

export interface Seen {
  entry: StoredEntry | null;
  present: CacheMarks;
  /** Somebody loads it just now. */
  isLoading: boolean;
}

/** The shared level. Who claims loads, and writes only while the claim is still theirs. */
export interface CacheStore {
  /** `through` reads in a transaction of the caller's, under their own rights. */
  look(at: EntryAt, tags: readonly string[], through?: Queryable): Promise<Seen>;
  claim(at: EntryAt, holder: string, leaseMs: number): Promise<boolean>;
  /** The stamp, or null when the claim has passed to somebody else. */
  write(at: EntryAt, holder: string, entry: NewEntry, keepMs: number): Promise<string | null>;
  release(at: EntryAt, holder: string): Promise<void>;
}

const marksSchema = z.record(z.string(), z.string().nullable());

/** Marks the tags, in the transaction of the fact that makes what they name old. As the worker. */
export async function markTags(
  tx: Tx,
  workspaceId: string,
  tags: readonly string[],
): Promise<void> {
  if (tags.length === 0) return;
  // In one order, so that two transactions that mark the same tags wait and do not deadlock.
  await tx`
    insert into private.cache_marks as m (workspace_id, tag)
    select ${workspaceId}, tag from unnest(${[...new Set(tags)].sort()}::text[]) tag order by tag
    on conflict (workspace_id, tag) do update set mark = gen_random_uuid(), at = now()`;
}

export async function readMarks(
  db: Queryable,
  workspaceId: string,
  tags: readonly string[],
): Promise<CacheMarks> {
  const rows = await db<{ tag: string; mark: string }[]>`
    select tag, mark::text as mark from private.cache_marks
    where workspace_id = ${workspaceId} and tag = any(${[...tags]}::text[])`;
  const found = new Map(rows.map(({ tag, mark }) => [tag, mark]));
  return Object.fromEntries(tags.map((tag) => [tag, found.get(tag) ?? null]));
}

/** Entries nobody can use any more, and marks older than any entry. */
export async function dropOldCache(db: Queryable): Promise<void> {
  await db`delete from private.cache_entries where expires_at < now()`;
  await db`delete from private.cache_marks where at < now() - interval '7 days'`;
}

interface Row {
  value: string | null;
  marks: unknown;
  age_ms: number | null;
  stamp: string | null;
  is_loading: boolean | null;
}

/** Entries in PostgreSQL. Ages are measured by its clock, which all processes share. */
export function postgresCache(db: Db, clock: Clock): CacheStore {
  return {
    look: async ({ workspaceId, key }, tags, through = db) => {
      // Marks after the entry: one that is marked in between is then judged old, never the reverse.
      const [row] = await through<Row[]>`
        select value, marks, lease_until > now() as is_loading, loaded_at::text as stamp,
          (extract(epoch from clock_timestamp() - loaded_at) * 1000)::float8 as age_ms
        from private.cache_entries where workspace_id = ${workspaceId} and key = ${key}`;
      const present = await readMarks(through, workspaceId, tags);
      return {
        entry: row ? toEntry(row, clock.now()) : null,
        present,
        isLoading: row?.is_loading === true,
      };
    },
    claim: async ({ workspaceId, topic, key }, holder, leaseMs) => {
      const seconds = leaseMs / 1000;
      const { count } = await db`
        insert into private.cache_entries as e (workspace_id, key, topic, holder, lease_until, expires_at)
        values (${workspaceId}, ${key}, ${topic}, ${holder}, now() + make_interval(secs => ${seconds}),
          now() + make_interval(secs => ${seconds}))
        on conflict (workspace_id, key) do update set holder = excluded.holder,
          lease_until = excluded.lease_until, expires_at = greatest(e.expires_at, excluded.expires_at)
        where e.lease_until is null or e.lease_until < now()`;
      return count === 1;
    },
    write: async ({ workspaceId, key }, holder, entry, keepMs) => {
      const age = Math.max(0, clock.now() - entry.loadedAtMs) / 1000;
      const [row] = await db<{ stamp: string }[]>`
        update private.cache_entries set value = ${entry.text}, marks = ${json(db, entry.marks)},
          loaded_at = clock_timestamp() - make_interval(secs => ${age}), holder = null, lease_until = null,
          expires_at = now() + make_interval(secs => ${keepMs / 1000})
        where workspace_id = ${workspaceId} and key = ${key} and holder = ${holder}
        returning loaded_at::text as stamp`;
      return row?.stamp ?? null;
    },
    release: async ({ workspaceId, key }, holder) => {
      await db`
        update private.cache_entries set holder = null, lease_until = null
        where workspace_id = ${workspaceId} and key = ${key} and holder = ${holder}`;
    },
  };
}

function toEntry(row: Row, nowMs: number): StoredEntry | null {
  const marks = marksSchema.safeParse(row.marks);
  if (row.value === null || row.age_ms === null || row.stamp === null || !marks.success) {
    return null;
  }
  return { stamp: row.stamp, text: row.value, marks: marks.data, loadedAtMs: nowMs - row.age_ms };
}
