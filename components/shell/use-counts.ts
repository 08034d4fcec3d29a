'use client';

import { useQuery } from '@tanstack/react-query';
import { boardSchema } from '@/lib/hub/schema';
import { callApi, keys } from '@/lib/live/index';
import { useSession } from './use-session';

/** Figures beside the navigation may be this old; the pages themselves are live. */
const lookEveryMs = 10_000;

export interface Counts {
  connections: number;
  records: number;
  /** Webhooks not yet applied, and those given up. */
  waiting: number;
  dead: number;
  /** Open ones. */
  conflicts: number;
}

/** Under a key of its own: every change makes the Board stale, these only time and connections. */
export function useCounts(): Counts | undefined {
  const { workspace } = useSession();
  const counts = useQuery({
    queryKey: keys.counts(workspace.id),
    refetchInterval: lookEveryMs,
    queryFn: async ({ signal }): Promise<Counts> => {
      const board = await callApi('/board', {
        query: { workspace_id: workspace.id },
        schema: boardSchema,
        signal,
      });
      return {
        connections: board.connections.length,
        records: board.records,
        waiting: board.inbox.waiting,
        dead: board.inbox.dead,
        conflicts: board.conflicts,
      };
    },
  });
  return counts.data;
}
