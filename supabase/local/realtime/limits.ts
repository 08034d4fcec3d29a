/** Every bound of the Realtime server. Where hosted Supabase publishes one, ours is the same or lower. */
export const realtimeLimits = {
  /** One frame or HTTP body, either way. */
  frameBytes: 1_000_000,
  /** Lengths in binary frames are one byte. */
  nameBytes: 255,
  connections: 1_000,
  channelsPerConnection: 100,
  /** Frames from one client; the client's own heartbeat is one in 25 s. */
  framesPerSecond: 100,
  joinsPerTenSeconds: 50,
  /** Phoenix closes a socket that was silent for so long; the client beats every 25 s. */
  idleMs: 60_000,
  sweepMs: 5_000,
  /** What a slow reader may leave unsent before it is cut off; it catches up when it comes back. */
  bufferedBytes: 4_000_000,
  /** Messages read at once, and taken up after the listener was away. */
  batchRows: 500,
  catchUpRows: 5_000,
  /** A transaction stamps its messages when it begins, so late commits carry old stamps. */
  catchUpOverlapMs: 120_000,
  rememberedIds: 10_000,
  retentionHours: 72,
  pruneMs: 3_600_000,
  pruneRows: 10_000,
  listenRetryMs: 250,
  authorizationRetryMs: 2_000,
  broadcastMessages: 100,
  /** Node's timers overflow above this. */
  timerMs: 2_147_483_647,
} as const;
