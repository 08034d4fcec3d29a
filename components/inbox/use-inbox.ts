'use client';

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { callApi, keys } from '@/lib/live/index';
import {
  deadLetterGroupSchema,
  inboxCountsSchema,
  inboxEventDetailSchema,
  type ReplaySelection,
  refusalSchema,
  refusedRequestSchema,
  replayAnswerSchema,
  replaySchema,
} from '@/lib/webhooks/schema';

const pageRows = 100;
/** A replay tells of itself now and then; between, it is looked at. */
const lookEveryMs = 3_000;

const list = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });
const refusedPageSchema = list(refusedRequestSchema).extend({ next_cursor: z.string().nullable() });

export function useInboxEvent(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.inboxEvent(workspace.id, id),
    queryFn: ({ signal }) =>
      callApi(`/inbox-events/${id}`, { schema: inboxEventDetailSchema, signal }),
  });
}

export function useInboxCounts() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.inboxCounts(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/inbox-counts', {
        query: { workspace_id: workspace.id },
        schema: inboxCountsSchema,
        signal,
      }),
  });
}

export function useDeadLetters() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.deadLetters(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/dead-letters', {
        query: { workspace_id: workspace.id },
        schema: list(deadLetterGroupSchema),
        signal,
      }),
  });
}

/** Requests refused today, counted; of some there is more in `useRefused`. */
export function useRefusals() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.refusals(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/webhook-refusals', {
        query: { workspace_id: workspace.id },
        schema: list(refusalSchema),
        signal,
      }),
  });
}

export function useRefused() {
  const { workspace } = useSession();
  return useInfiniteQuery({
    queryKey: keys.quarantine(workspace.id),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      callApi('/refused-webhooks', {
        query: {
          workspace_id: workspace.id,
          limit: pageRows,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        schema: refusedPageSchema,
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useReplays() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.replays(workspace.id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi('/replays', {
        query: { workspace_id: workspace.id, limit: pageRows },
        schema: list(replaySchema),
        signal,
      }),
  });
}

/** One event once more. */
export function useReplay(onFailed: (message: string) => void) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      callApi(`/inbox-events/${id}/replay`, { method: 'POST', schema: z.unknown() }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['inbox_events', workspace.id] }),
    onError: (error) => onFailed(error.message),
  });
}

/** Many events once more; with `dry_run` only how many that would be. */
export function useReplayMany() {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: ReplaySelection & { dry_run: boolean }) =>
      callApi('/replays', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: input,
        schema: replayAnswerSchema,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.replays(workspace.id) }),
  });
}

export function useCancelReplay(onFailed: (message: string) => void) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      callApi(`/replays/${id}/cancel`, { method: 'POST', schema: replaySchema }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.replays(workspace.id) }),
    onError: (error) => onFailed(error.message),
  });
}
