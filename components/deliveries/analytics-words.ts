/** All text of the counts. */
export const analyticsWords = {
  loading: 'The counts are loading',
  failed: 'The counts could not be loaded',
  empty: {
    title: 'Nothing was counted in the last day',
    body: 'Each change of a record is counted here by the hour, shortly after it was made, with how soon after its webhook it was seen.',
  },
  day: 'last 24 hours',
  begin: '24 hours ago',
  now: 'now',
  changes: 'Changes by the hour',
  inAll: 'changes',
  inHour: (changes: string) => `${changes} in this hour`,
  bars: (changes: string) => `${changes} changes in the last 24 hours, one bar for each hour`,
  freshness: 'From webhook to record',
  median: 'half of them were quicker',
  spread: (most: string | null, slowest: string) =>
    most === null
      ? `The slowest took ${slowest}.`
      : `95 of 100 within ${most}, the slowest ${slowest}.`,
  measured: (changes: string) => `Of ${changes} changes that came by a webhook.`,
  noFreshness: 'No change came by a webhook.',
  byKind: 'By kind of record',
  kind: 'Kind',
  created: 'New',
  updated: 'Changed',
  deleted: 'Deleted',
} as const;
