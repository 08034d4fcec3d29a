import { formatCount, formatRate } from '@/components/ui/format-number';
import { formatDuration } from '@/components/ui/format-time';
import type { ConnectionLimits, Limits } from '@/lib/resilience/schema';

type Budget = NonNullable<ConnectionLimits['budget']>;

/** Who waits, in the order in which they go. */
const laneWords = {
  edit: 'edits',
  refetch: 're-reads',
  poll: 'polls',
  backfill: 'first reads',
} as const satisfies Record<keyof Budget['waiting'], string>;
type Lane = keyof typeof laneWords;
const lanes = Object.keys(laneWords) as Lane[];
const laneOf = (name: string): string => laneWords[name as Lane] ?? name;

/** All text of the panels about calls to services. */
export const limitWords = {
  title: 'Calls to services',
  loading: 'Reading budgets and breakers',
  failed: 'Budgets and breakers could not be read',
  empty:
    'Once a service is connected, what may be asked of it, and whether it answers, stands here.',
  unused: 'Not asked yet',
  breaker: { closed: 'answers', open: 'left alone', half_open: 'being tried' },
  quota: ({ limit, remaining }: { limit: number; remaining: number }) =>
    `${formatCount(remaining)} of ${formatCount(limit)} calls left`,
  whole: 'whole again',
  pace: ({ ready, burst, per_second: perSecond }: Budget) =>
    `${formatCount(ready)} of ${formatCount(Math.floor(burst))} at once, ${formatRate(perSecond)} after`,
  underWay: (budget: Budget) =>
    budget.under_way === 0
      ? null
      : `${formatCount(budget.under_way)} of ${formatCount(budget.concurrent)} under way`,
  waiting: (waiting: Budget['waiting']) => {
    const parts = lanes
      .filter((lane) => waiting[lane] > 0)
      .map((lane) => {
        const words = waiting[lane] === 1 ? laneWords[lane].replace(/s$/, '') : laneWords[lane];
        return `${formatCount(waiting[lane])} ${words}`;
      });
    return parts.length === 0 ? null : `waiting: ${parts.join(', ')}`;
  },
  calls: ({ calls, calls_saved: saved }: Budget) =>
    saved === 0
      ? `${formatCount(calls)} calls`
      : `${formatCount(calls)} calls, ${formatCount(saved)} saved`,
  paused: 'It asked for silence; calls go on',
  since: 'Does not work since',
  retried: 'tried again',
  bounds: 'Bounds of every connection',
  bulkheads: {
    urgent: 'Places for what people wait for',
    background: 'Places for the rest',
  } as Record<string, string | undefined>,
  lanes: (names: readonly string[]) => names.map(laneOf).join(', '),
  places: ({ at_once: atOnce, waiting }: Limits['bulkheads'][number]) =>
    `${formatCount(atOnce)} a worker, ${formatCount(waiting)} may wait`,
  call: 'One call',
  callHint: 'from the first byte sent to the last one read',
  callBounds: ({ timeout_ms: timeout, attempts }: Limits['call']) =>
    `${formatDuration(timeout)}, at most ${attempts} times`,
} as const;

/** How full the gauge is, and what it counts: the service's own count when it says one. */
export function gaugeOf(budget: Budget): { share: number; words: string; isLow: boolean } {
  const { quota, ready, burst } = budget;
  const share = quota ? part(quota.remaining, quota.limit) : part(ready, burst);
  const words = quota ? limitWords.quota(quota) : limitWords.pace(budget);
  return { share, words, isLow: quota !== null && share < lowShare };
}

/** Below it only edits and what is urgent go on. */
const lowShare = 0.1;

const part = (some: number, all: number): number =>
  all > 0 ? Math.min(1, Math.max(0, some / all)) : 0;
