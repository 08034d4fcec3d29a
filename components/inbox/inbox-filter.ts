import { type InboxFilter, inboxStatuses, verdicts } from '@/lib/webhooks/schema';

const hourMs = 3_600_000;
export const spans = { hour: hourMs, day: 24 * hourMs, week: 168 * hourMs } as const;
export type Span = keyof typeof spans;

/** The parts of a page's address that say which events are shown. */
export const filterNames = [
  'status',
  'verdict',
  'connector',
  'connection',
  'reason',
  'since',
  'text',
  'parent',
] as const;
export type FilterName = (typeof filterNames)[number];

/** An address may hold anything: what is no value of a filter is left out. */
export function filterOf(params: URLSearchParams): Partial<Record<FilterName, string>> {
  const known: Partial<Record<FilterName, readonly string[]>> = {
    status: inboxStatuses,
    verdict: verdicts,
    since: Object.keys(spans),
  };
  return Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = params.get(name);
      return value && (known[name]?.includes(value) ?? true) ? [[name, value]] : [];
    }),
  );
}

/** The filter as the API takes it; "in the last hour" is reckoned from `nowMs`. */
export function toApiFilter(
  filter: Partial<Record<FilterName, string>>,
  nowMs: number,
): InboxFilter {
  const { connection, parent, since, ...same } = filter;
  const span = spans[since as Span] as number | undefined;
  return {
    ...(same as InboxFilter),
    ...(connection ? { connection_id: connection } : {}),
    ...(parent ? { parent_id: parent } : {}),
    ...(span ? { from: new Date(nowMs - span).toISOString() } : {}),
  };
}
