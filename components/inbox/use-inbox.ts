'use client';

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { callApi, keys, useLiveState } from '@/lib/live/index';
import { inboxEventDetailSchema, inboxEventSchema, refusalSchema } from '@/lib/webhooks/schema';

const pageRows = 100;
/** Events not yet applied make no signal, so the list also looks by itself. */
const lookEveryMs = 5_000;

const pageSchema = z.object({
  data: z.array(inboxEventSchema),
  next_cursor: z.string().nullable(),
});
const refusalsSchema = z.object({ data: z.array(refusalSchema) });

export function useInbox(status: string | undefined, connectionId: string | undefined) {
  const { workspace } = useSession();
  const isLive = useLiveState() === 'live';
  return useInfiniteQuery({
    queryKey: keys.inbox(workspace.id, { status, connectionId }),
    initialPageParam: null as string | null,
    refetchInterval: isLive ? lookEveryMs * 2 : lookEveryMs,
    queryFn: ({ pageParam, signal }) =>
      callApi('/inbox-events', {
        query: {
          workspace_id: workspace.id,
          limit: pageRows,
          status,
          connection_id: connectionId,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        schema: pageSchema,
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useInboxEvent(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.inboxEvent(workspace.id, id),
    queryFn: ({ signal }) =>
      callApi(`/inbox-events/${id}`, { schema: inboxEventDetailSchema, signal }),
  });
}

/** Requests refused today; they leave nothing but this count. */
export function useRefusals() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.refusals(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/webhook-refusals', {
        query: { workspace_id: workspace.id },
        schema: refusalsSchema,
        signal,
      }),
  });
}

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
