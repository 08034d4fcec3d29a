/** How long a value of a topic is good. Milliseconds. */
export interface CacheTerms {
  /** Served without a second look. */
  freshMs: number;
  /** Served while it is refreshed behind; after that never. At least freshMs. */
  keepMs: number;
}

/** For each tag of an entry the mark it had; null for a tag nobody has marked yet. */
export type CacheMarks = Readonly<Record<string, string | null>>;

export type Freshness = 'fresh' | 'stale' | 'expired';

/** The clocks of two machines differ; an entry from further ahead would never grow old. */
const maxSkewMs = 60_000;

/**
 * What an entry is good for now. One whose tags were marked since it was loaded is not shown at all:
 * it may tell what the account was allowed to see before.
 */
export function judgeEntry(
  entry: { loadedAtMs: number; marks: CacheMarks },
  terms: CacheTerms,
  present: CacheMarks,
  nowMs: number,
): Freshness {
  const isMarked = Object.entries(present).some(
    ([tag, mark]) => !Object.hasOwn(entry.marks, tag) || entry.marks[tag] !== mark,
  );
  const ageMs = nowMs - entry.loadedAtMs;
  if (isMarked || Number.isNaN(ageMs) || ageMs < -maxSkewMs || ageMs > terms.keepMs) {
    return 'expired';
  }
  return ageMs <= terms.freshMs ? 'fresh' : 'stale';
}
