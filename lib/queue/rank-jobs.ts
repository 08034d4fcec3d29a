/** What a workspace's many jobs lose at most; the queues' own priorities need not differ by more. */
const mostLost = 9;

/**
 * Priorities of a batch: a workspace's first waiting job has the queue's own, and the more of its
 * jobs wait already, the less the next one gets (one less with every doubling). So whoever sends a
 * single job goes before the tail of whoever sends hundreds, and among equals it is first come first
 * served. Jobs of one key keep their order whatever their priorities are.
 */
export function rankJobs(
  jobs: readonly { workspaceId?: string | null | undefined; priority?: number }[],
  waiting: ReadonlyMap<string, number>,
  priority: number,
): number[] {
  const places = new Map(waiting);
  return jobs.map((job) => {
    const base = job.priority ?? priority;
    if (!job.workspaceId) return base;
    const place = places.get(job.workspaceId) ?? 0;
    places.set(job.workspaceId, place + 1);
    return base - Math.min(mostLost, Math.floor(Math.log2(place + 1)));
  });
}
