'use client';

import {
  type InfiniteData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { ApiProblem, callApi, keys } from '@/lib/live/index';
import {
  type Conflict,
  type ConflictFilter,
  conflictCountsSchema,
  conflictSchema,
  type Resolution,
  type ResolveAllInput,
  resolveAnswerSchema,
  resolvedAllSchema,
  undoneSchema,
} from '@/lib/records/schema';
import { withAnswers } from './conflict-view';

/** Fields may be long texts; a page holds few of them. */
const pageRows = 30;
/** A choice is sent again this often while the hub cannot be reached, always with the same id. */
const triesMax = 6;

const pageSchema = z.object({ data: z.array(conflictSchema), next_cursor: z.string().nullable() });

export function useConflictList(filter: ConflictFilter) {
  const { workspace } = useSession();
  return useInfiniteQuery({
    queryKey: keys.conflicts(workspace.id, filter),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      callApi('/conflicts', {
        query: {
          workspace_id: workspace.id,
          limit: pageRows,
          ...filter,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        schema: pageSchema,
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useConflictCounts(filter: Omit<ConflictFilter, 'status'>) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.conflictCounts(workspace.id, filter),
    queryFn: ({ signal }) =>
      callApi('/conflicts/counts', {
        query: { workspace_id: workspace.id, ...filter },
        schema: conflictCountsSchema,
        signal,
      }),
  });
}

type Pages = InfiniteData<z.infer<typeof pageSchema>>;

/** Puts what the hub answered into the lists at once; they are read anew afterwards. */
function useAnswers(): (
  rows: readonly { id: string; conflict: Conflict | null }[],
) => Promise<void> {
  const { workspace } = useSession();
  const client = useQueryClient();
  return async (rows) => {
    const answers = new Map(rows.map(({ id, conflict }) => [id, conflict]));
    // A reading that began before would bring back what is settled.
    await client.cancelQueries({ queryKey: ['conflicts', workspace.id] });
    for (const query of client.getQueryCache().findAll({ queryKey: ['conflicts', workspace.id] })) {
      const { status } = (query.queryKey[2] ?? {}) as ConflictFilter;
      client.setQueryData<Pages>(
        query.queryKey,
        (present) =>
          present && {
            ...present,
            pages: present.pages.map((page) => ({
              ...page,
              data: withAnswers(page.data, answers, status),
            })),
          },
      );
    }
  };
}

/** What a settled or reopened conflict makes stale; the record itself comes by the live layer. */
function useStale(): () => Promise<unknown> {
  const { workspace } = useSession();
  const client = useQueryClient();
  return () =>
    Promise.all(
      ['conflicts', 'conflict_counts', 'history', 'counts', 'board'].map((name) =>
        client.invalidateQueries({ queryKey: [name, workspace.id] }),
      ),
    );
}

const again = {
  retry: (count: number, error: Error) =>
    error instanceof ApiProblem && error.isTransient && count < triesMax,
  retryDelay: (count: number) => Math.min(400 * 2 ** count, 8_000),
};

export function useResolve() {
  const { workspace } = useSession();
  const answered = useAnswers();
  const stale = useStale();
  return useMutation({
    ...again,
    mutationFn: (call: { mutation_id: string; items: Resolution[] }) =>
      callApi('/conflicts/resolve', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: call,
        schema: resolveAnswerSchema,
      }),
    onSuccess: ({ data }) => answered(data),
    onSettled: stale,
  });
}

export function useUndo() {
  const answered = useAnswers();
  const stale = useStale();
  return useMutation({
    ...again,
    mutationFn: ({ id, mutation_id }: { id: string; mutation_id: string }) =>
      callApi(`/conflicts/${id}/undo`, {
        method: 'POST',
        json: { mutation_id },
        schema: undoneSchema,
      }),
    onSuccess: ({ conflict }) => answered([{ id: conflict.id, conflict }]),
    onSettled: stale,
  });
}

export function useResolveAll() {
  const { workspace } = useSession();
  const stale = useStale();
  return useMutation({
    ...again,
    mutationFn: (
      call: Partial<ResolveAllInput> & Pick<ResolveAllInput, 'mutation_id' | 'choice'>,
    ) =>
      callApi('/conflicts/resolve-all', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: call,
        schema: resolvedAllSchema,
      }),
    onSettled: stale,
  });
}

/** A choice between the sides as they are shown. */
export const resolutionOf = (
  { id, sides }: Pick<Conflict, 'id' | 'sides'>,
  choice: Resolution['choice'],
  more: Pick<Partial<Resolution>, 'value' | 'always'> = {},
): Resolution => ({ id, choice, seen: sides, always: false, ...more });
