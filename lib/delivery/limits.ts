/** Bounds of the room. */
export const deliveryLimits = {
  /** Positions looked at for one subscription before another one has its turn. */
  fanOutPositions: 500,
  /** Subscriptions that get one turn of that in one look. */
  fanOutTurns: 50,
  /** The same for a replay of one record, of which a stretch holds few. */
  replayPositionsOfRecord: 20_000,
  /** Positions the preview of a replay puts through the filter, and those of one statement. */
  previewPositions: 20_000,
  previewPositionsAtOnce: 5_000,
  /** Deliveries owed by one subscription, above which the log is not read on for it. */
  owed: 10_000,
  /** Deliveries taken for one subscription before another one has its turn. */
  takeAtOnce: 8,
  /** Deliveries on their way in one worker; of these, for one workspace; and for destinations that fail. */
  slots: 48,
  slotsOfWorkspace: 24,
  slotsOfFailing: 12,
  /** On their way at once to a destination that fails: enough to see it come back. */
  failingInFlight: 2,
  /** A sender's time, and the time after which another worker takes the delivery. */
  sendMs: 20_000,
  leaseMs: 30_000,
  fanOutLeaseMs: 10_000,
  attemptLog: 20,
  /** Deliveries one call of the API puts back or passes over. */
  actedAtOnce: 1_000,
  /** Subscriptions of a workspace. */
  subscriptions: 50,
  runningReplays: 5,
} as const;
