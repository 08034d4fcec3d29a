/** Who asks, most urgent first. */
export const lanes = ['edit', 'refetch', 'poll', 'backfill'] as const;
export type Lane = (typeof lanes)[number];

export type ByLane<T> = Record<Lane, T>;

export const laneRank = (lane: Lane): number => lanes.indexOf(lane);

export const byLane = <T>(make: (lane: Lane) => T): ByLane<T> => ({
  edit: make('edit'),
  refetch: make('refetch'),
  poll: make('poll'),
  backfill: make('backfill'),
});

/** The part of a quota that a lane leaves to the more urgent ones. */
export const laneReserve: ByLane<number> = {
  edit: 0,
  refetch: 0.02,
  poll: 0.05,
  backfill: 0.1,
};

/** How long a caller of the lane waits for its turn before it is told to come back. */
export const laneWaitMs: ByLane<number> = {
  edit: 5_000,
  refetch: 5_000,
  poll: 5_000,
  backfill: 10_000,
};
