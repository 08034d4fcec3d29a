import { expect, it } from 'vitest';
import { countHours, shownHours } from '@/components/deliveries/count-hours';
import type { Analytics } from '@/lib/delivery/schema';

const freshness = { count: 0, mean: null, p50: null, p95: null, max: null };
const row = (hour: string, kind: string, op: string, changes: number) => ({
  hour,
  kind,
  op,
  changes,
  connection_id: null,
  freshness,
});
const now = Date.parse('2026-11-21T12:34:00.000Z');
const of = (...data: Analytics['data']): Analytics => ({
  position: 1,
  data,
  total: { changes: 0, freshness },
});

it('puts each hour in its place, the running one last, and leaves out what is older', () => {
  const { series, total } = countHours(
    of(
      row('2026-11-21T12:00:00.000Z', 'task', 'update', 3),
      row('2026-11-21T12:00:00.000Z', 'contact', 'create', 2),
      row('2026-11-20T13:00:00.000Z', 'task', 'create', 4),
      row('2026-11-20T12:00:00.000Z', 'task', 'create', 99),
    ),
    now,
  );
  expect(series).toHaveLength(shownHours);
  expect(series.at(-1)).toBe(5);
  expect(series[0]).toBe(4);
  expect(series.filter((count) => count !== null)).toHaveLength(2);
  expect(total).toBe(9);
});

it('adds up what happened to each kind, the busiest first', () => {
  const hour = '2026-11-21T10:00:00.000Z';
  const { kinds } = countHours(
    of(
      row(hour, 'contact', 'create', 1),
      row(hour, 'task', 'update', 3),
      row(hour, 'task', 'restore', 1),
      row(hour, 'task', 'delete', 2),
    ),
    now,
  );
  expect(kinds).toEqual([
    { kind: 'task', created: 0, updated: 4, deleted: 2 },
    { kind: 'contact', created: 1, updated: 0, deleted: 0 },
  ]);
});
