import type { Analytics } from '@/lib/delivery/schema';

const hourMs = 3_600_000;
/** The hours shown, the one that runs among them. */
export const shownHours = 24;

export interface HourlyCounts {
  /** Changes of each hour, oldest first; null where there were none. */
  series: (number | null)[];
  /** By kind of record, the kind with the most changes first. */
  kinds: { kind: string; created: number; updated: number; deleted: number }[];
  total: number;
}

/** The rollups of the last day as the page shows them. Pure. */
export function countHours({ data }: Analytics, nowMs: number): HourlyCounts {
  const first = Math.floor(nowMs / hourMs) - (shownHours - 1);
  const series = Array.from({ length: shownHours }, () => 0);
  const kinds = new Map<string, HourlyCounts['kinds'][number]>();
  for (const { hour, kind, op, changes } of data) {
    const slot = Math.floor(Date.parse(hour) / hourMs) - first;
    if (slot < 0 || slot >= shownHours) continue;
    series[slot] = (series[slot] ?? 0) + changes;
    const row = kinds.get(kind) ?? { kind, created: 0, updated: 0, deleted: 0 };
    if (op === 'create') row.created += changes;
    else if (op === 'delete') row.deleted += changes;
    else row.updated += changes;
    kinds.set(kind, row);
  }
  const sum = (row: HourlyCounts['kinds'][number]): number =>
    row.created + row.updated + row.deleted;
  return {
    series: series.map((count) => (count === 0 ? null : count)),
    kinds: [...kinds.values()].toSorted((a, b) => sum(b) - sum(a)),
    total: series.reduce((all, count) => all + count, 0),
  };
}
