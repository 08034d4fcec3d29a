/** Bounds of this room. Names end in their unit. */
export const syncLimits = {
  /** Due rows turned into jobs by one sweep. */
  sweepRows: 200,
  /** A job not begun by then is sent again. */
  queueLeaseMs: 15_000,
  /** A page not finished by then may be taken over; the beat extends it. */
  runLeaseMs: 8_000,
  runBeatMs: 2_500,
  /** A run gives way to other work after this long and queues again. */
  runSliceMs: 20_000,
  /** Failures in a row, without a page between them, before a run fails. */
  runAttempts: 8,
  /** One page: the call and its application. */
  pageMs: 60_000,
  pollLeaseMs: 60_000,
  /** Pages of one poll; what is left is due at once. */
  pollPages: 20,
  /** With webhooks on, a poll still looks for what was not delivered. */
  safetyPollMs: 600_000,
  /** After a service failed to take our webhook: until it is asked again. */
  deliveryRetryMs: 600_000,
  /** Added to or taken from every interval between polls. */
  pollJitter: 0.1,
  /** One edit on its way out: the calls and what is written around them. */
  pushLeaseMs: 45_000,
  pushMs: 30_000,
  /** A call of unknown outcome may still take effect this long after it; it is not repeated before. */
  settleMs: 3_000,
  /** A link that cannot name a record there yet is looked at again, should nobody have brought it back. */
  unsaidLookMs: 86_400_000,
  backoffFirstMs: 1_000,
  backoffMostMs: 300_000,
  /** Faulty objects of one page that are written to the connection's log. */
  loggedFaults: 20,
  /** A raw object kept in the log of a fault. */
  faultRawChars: 8_192,
  /** The first poll after a backfill looks back behind the backfill's beginning, for clocks that differ. */
  overlapMs: 300_000,
  /** Times an object that another transaction has just linked is looked up again. */
  linkRounds: 3,
  /** Times a transaction that lost to a deadlock is repeated. */
  deadlockTries: 3,
  /** An external id, or the key an API addresses the object by. */
  idChars: 200,
  urlChars: 2_000,
  /** Everything at a service is listed again this often, to find what no event told of. */
  sweepEveryMs: 86_400_000,
  /** Absent objects looked for one by one before their deletion is believed; as many at a time. */
  probeRows: 25,
  /** A sweep that would delete or overwrite more than this many, and more than this share, asks first. */
  massRows: 20,
  massShare: 0.1,
  /** Records named in the question. */
  askedSample: 10,
  /** Readings from the beginning in a row, because the place was dropped, before a stream fails. */
  resyncs: 3,
  /** Pages of one reading that may show the objects of another before it is taken for a circle. */
  samePages: 100,
  /** The same two values this often in turn, within this time, and a person is asked. */
  flips: 3,
  flipWindowMs: 600_000,
  /** Earlier rules of a stream that are kept. A link older than all of them is asked about. */
  pastRules: 30,
  /** What a service's clock that ticks in seconds leaves open. */
  coarseClockMs: 1_000,
  /** How long a stream's time of the last event may lag behind. */
  eventTouchMs: 1_000,
} as const;
