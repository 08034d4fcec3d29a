/** Who asks, most urgent first. */
export const lanes = ['edit', 'refetch', 'poll', 'backfill'] as const;
export type Lane = (typeof lanes)[number];

export const laneRank = (lane: Lane): number => lanes.indexOf(lane);

/** The part of a quota that a lane leaves to the more urgent ones. */
export const laneReserve: Record<Lane, number> = {
  edit: 0,
  refetch: 0.02,
  poll: 0.05,
  backfill: 0.1,
};

/** How long a caller of the lane waits for its turn before it is told to come back. */
export const laneWaitMs: Record<Lane, number> = {
  edit: 5_000,
  refetch: 5_000,
  poll: 5_000,
  backfill: 10_000,
};
