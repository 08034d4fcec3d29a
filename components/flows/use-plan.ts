'use client';

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { type Plan, planRowSchema, planSchema } from '@/lib/flows/schema';
import { ApiProblem, callApi, keys } from '@/lib/live/index';

const rowsSchema = z.object({ data: z.array(planRowSchema), next_cursor: z.string().nullable() });

const lookEveryMs = 5_000;
/** While a plan moves: its progress is a figure somebody waits for. */
const lookAtPlanMs = 1_000;
const pageRows = 100;

const isMoving = (plan: Plan | null | undefined): boolean =>
  plan != null && ['queued', 'making', 'enabling'].includes(plan.status);

/** The newest plan of a flow; null where nobody made one yet. */
export function usePlan(flowId: string) {
  const { workspace } = useSession();
  return useQuery<Plan | null>({
    queryKey: keys.plan(workspace.id, flowId),
    refetchInterval: (query) => (isMoving(query.state.data) ? lookAtPlanMs : lookEveryMs),
    queryFn: async ({ signal }) => {
      try {
        return await callApi(`/flows/${flowId}/plan`, { schema: planSchema, signal });
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      }
    },
  });
}

export interface RowFilter {
  action?: string | undefined;
  status?: string | undefined;
}

/** Rows of a plan; `edition` changes when the plan has moved on. */
export function usePlanRows(planId: string, filter: RowFilter, edition: string) {
  const { workspace } = useSession();
  return useInfiniteQuery({
    queryKey: [...keys.plan(workspace.id, planId), 'rows', filter, edition],
    initialPageParam: null as string | null,
    // Rows that were read stay until those of the next step are there.
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) =>
      callApi(`/flow-plans/${planId}/rows`, {
        query: { ...filter, limit: pageRows, cursor: pageParam ?? undefined },
        schema: rowsSchema,
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
  });
}
