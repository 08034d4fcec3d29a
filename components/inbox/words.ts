import type { InboxEvent } from '@/lib/webhooks/schema';

/** All text of the Inbox. */
export const words = {
  title: 'Inbox',
  sub: 'webhooks as they were received',
  noOutcome: (event: string) => `${event}: not yet applied`,
  statuses: {
    pending: 'received',
    queued: 'being applied',
    applied: 'applied',
    ignored: 'kept',
    failed: 'will be tried again',
    dead: 'gave up',
    split: 'split into its parts',
  } satisfies Record<InboxEvent['status'], string>,
  columns: {
    received: 'Received',
    event: 'Event',
    source: 'From',
    outcome: 'What it did',
    status: 'Status',
    took: 'Took',
  },
  filters: { status: 'status', any: 'any' },
  verdicts: {
    verified: 'The signature is right.',
    verified_previous_secret:
      'The signature is right, made with the secret before the last rotation.',
    unverified:
      'Nobody signed this: it is taken as a hint, and what it is about is read at the service.',
  },
  empty: {
    title: 'No webhooks yet',
    body: 'What services send arrives here, each with its signature checked, before anything is done with it.',
    polling: 'Connections that poll send none.',
  },
  none: { title: 'Nothing matches', body: 'No event has this status.', action: 'Show all' },
  failed: 'The inbox could not be read',
  replay: 'Replay',
  replayHint:
    'Applies the event once more. What is already known is recognised, nothing happens twice.',
} as const;
