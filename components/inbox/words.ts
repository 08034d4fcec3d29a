import type { InboxEvent, Replay } from '@/lib/webhooks/schema';

/** All text of the Inbox. */
export const words = {
  title: 'Inbox',
  sub: 'webhooks as they were received',
  views: { events: 'Events', dead: 'Given up', refused: 'Refused', replays: 'Replays' },
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
    why: 'Why',
    size: 'Size',
  },
  filters: {
    status: 'status',
    verdict: 'signature',
    service: 'service',
    since: 'received',
    reason: 'reason',
    search: 'Event or delivery id',
  },
  spans: { hour: 'in the last hour', day: 'in the last day', week: 'in the last week' },
  verdictNames: {
    verified: 'right',
    verified_previous_secret: 'previous secret',
    unverified: 'unverified',
  } satisfies Record<InboxEvent['verdict'], string>,
  verdicts: {
    verified: 'The signature is right.',
    verified_previous_secret:
      'The signature is right, made with the secret before the last rotation.',
    unverified:
      'Nobody signed this: it is taken as a hint, and what it is about is read at the service.',
  } satisfies Record<InboxEvent['verdict'], string>,
  manyMore: 'Many more events have come.',
  unseenNew: 'Newer events have come that were not all looked through.',
  showNewest: 'Show the newest',
  empty: {
    title: 'No webhooks yet',
    body: 'What services send arrives here, each with its signature checked, before anything is done with it.',
    polling: 'Connections that poll send none.',
  },
  none: {
    title: 'Nothing matches',
    body: 'No event is like that.',
    ofLate: 'None of the latest events is like that; older ones were not looked at yet.',
    lookBack: 'Look further back',
    action: 'Show all',
  },
  /** Why older events are not read on as one scrolls. */
  stopped: {
    failed: { told: 'Older events could not be read.', action: 'Try again' },
    far: { told: 'The next of them lies further back.', action: 'Look further back' },
  },
  failed: 'The inbox could not be read',
  loading: 'The inbox is loading',
  all: 'That is all there is.',
  replay: 'Replay',
  replayHint:
    'Applies the event once more. What is already known is recognised, nothing happens twice.',
  parts: (count: number) => `See its ${count} parts`,
  whole: 'See what it came in',
  dead: {
    none: 'Nothing was given up',
    noneBody:
      'An event that fails is tried again, six times over a quarter of an hour. What still fails stands here.',
    last: 'the latest',
    see: 'See them',
    replay: 'Replay all',
  },
  refused: {
    none: 'Nothing was refused',
    noneBody:
      'What comes without a right signature is turned away; some of it is kept here for a while, with what is probably the matter.',
    noDiagnosis: 'Nothing about it says why.',
    diagnosis: 'What is probably the matter',
    body: 'Body',
    cut: 'Only its beginning was kept.',
    notRead: 'It was refused before its body was read.',
    from: 'Came from',
    places: {
      public: 'the internet',
      private: 'a private network',
      loopback: 'this machine',
      unknown: 'not known',
    },
    today: (count: string) => `${count} refused today`,
  },
  many: {
    action: 'Replay these',
    title: 'Replay what is shown?',
    body: 'Each is applied once more. What is already known is recognised, nothing happens twice. New events go first.',
    count: (count: string, isExact: boolean) =>
      isExact ? `${count} events match.` : `More than ${count} events match.`,
    start: 'Replay',
    nothing: 'No event matches.',
    refused: 'The replay did not start',
    started: 'The replay runs',
  },
  replays: {
    none: 'No replay yet',
    noneBody: 'Filter the events, then apply all that match once more.',
    progress: 'Applied once more',
    unit: 'events',
    everything: 'every event',
    chosen: (count: string) => `${count} chosen events`,
    cancel: 'Cancel',
    statuses: {
      pending: 'waits',
      running: 'runs',
      completed: 'done',
      cancelled: 'cancelled',
    } satisfies Record<Replay['status'], string>,
    outcome: (applied: string, ignored: string, dead: string) =>
      `${applied} applied · ${ignored} kept · ${dead} given up`,
  },
} as const;

const reasons: Record<string, string> = {
  'webhooks.signature_missing': 'no signature',
  'webhooks.signature_invalid': 'wrong signature',
  'webhooks.signature_stale': 'signed too long ago',
  'webhooks.header_invalid': 'a header is missing or malformed',
  'webhooks.event_invalid': 'cannot be understood',
  'webhooks.account_unknown': 'of an account nobody connected',
  'webhooks.overloaded': 'too much at once',
  'internal.worker_lost': 'the worker died each time',
  'request.rate_limited': 'too many at once',
  'request.too_large': 'too large',
  'request.malformed_json': 'no JSON',
  'request.invalid_utf8': 'not UTF-8',
  'request.unsupported_encoding': 'compressed',
  'internal.unexpected': 'something unexpected went wrong here',
};

/** A reason's code in words; one that has none yet stands for itself. */
export const reasonInWords = (code: string): string => reasons[code] ?? code;
