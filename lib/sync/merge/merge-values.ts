import { diff3Merge } from 'node-diff3';
import type { Json } from '#lib/core/index';

/** Above it two texts are not compared line by line; a person is asked. */
const mergedLines = 5_000;

/**
 * What this side has, with what the other side added and without what it took away. It has no loser:
 * an item both sides touched was either there before (then both removed it) or not (then both added
 * it). The order is the hub's, then the service's. `base` is what the service had before.
 */
export function mergeSets(base: Json[], local: Json[], remote: Json[]): Json[] {
  const [before, after] = [base, remote].map((set) => new Set(set.map(String)));
  const kept = local.map(String).filter((item) => !before?.has(item) || after?.has(item));
  const added = remote.map(String).filter((item) => !before?.has(item));
  return [...new Set([...kept, ...added])];
}

/** Both edits in one text, or null where they touch the same lines. */
export function mergeTexts(base: string, local: string, remote: string): string | null {
  const [b, l, r] = [base, local, remote].map((text) => text.split(/\r\n?|\n/));
  if (!b || !l || !r || Math.max(b.length, l.length, r.length) > mergedLines) return null;
  const lines: string[] = [];
  for (const part of diff3Merge(l, b, r, { excludeFalseConflicts: true })) {
    if (!part.ok) return null;
    lines.push(...part.ok);
  }
  return lines.join('\n');
}

/** Both changes of a number added up; null when the sum is no number that JSON keeps exactly. */
export function mergeCounters(base: number, local: number, remote: number): number | null {
  const sum = remote + (local - base);
  return Number.isSafeInteger(sum) ? sum : null;
}
