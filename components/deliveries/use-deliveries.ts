'use client';

import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { showToast } from '@/components/ui/toaster';
import { connectionSchema } from '@/lib/connections/schema';
import {
  analyticsSchema,
  type DeliveryStatus,
  type Draft,
  deliveryContentSchema,
  deliveryDetailSchema,
  deliverySchema,
  destinationHealthSchema,
  draftPreviewSchema,
  replaySchema,
  subscriptionSchema,
} from '@/lib/delivery/schema';
import { callApi, keys, useLiveState } from '@/lib/live/index';
import type { Watched } from './health';
import { words } from './words';

const pageRows = 100;
/** A list looks by itself as well: deliveries make no signal of their own. */
const lookEveryMs = 3_000;

const list = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });
const deliveriesSchema = z.object({
  data: z.array(deliverySchema),
  next_cursor: z.string().nullable(),
});

/** Subscriptions with their destinations' health; the hub's own counting is left out. */
export function useSubscriptions() {
  const { workspace } = useSession();
  const subscriptions = useQuery({
    queryKey: keys.subscriptions(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/subscriptions', {
        query: { workspace_id: workspace.id },
        schema: list(subscriptionSchema),
        signal,
      }),
  });
  const destinations = useQuery({
    queryKey: keys.destinations(workspace.id),
    refetchInterval: lookEveryMs * 2,
    queryFn: ({ signal }) =>
      callApi('/destinations', {
        query: { workspace_id: workspace.id },
        schema: list(destinationHealthSchema),
        signal,
      }),
  });
  const health = new Map(destinations.data?.data.map((row) => [row.subscription_id, row]));
  const rows: Watched[] = (subscriptions.data?.data ?? [])
    .filter(({ kind }) => kind !== 'analytics')
    .map((subscription) => ({ subscription, health: health.get(subscription.id) }));
  return { ...subscriptions, rows };
}

/** Counts of the last day; they follow the log within seconds. */
export function useAnalytics() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.analytics(workspace.id),
    refetchInterval: lookEveryMs * 5,
    queryFn: ({ signal }) =>
      callApi('/analytics', {
        query: { workspace_id: workspace.id, by: 'kind' },
        schema: analyticsSchema,
        signal,
      }),
  });
}

export function useDeliveries(filter: {
  status: DeliveryStatus | undefined;
  subscription: string | undefined;
}) {
  const { workspace } = useSession();
  const isLive = useLiveState() === 'live';
  return useInfiniteQuery({
    queryKey: keys.deliveries(workspace.id, filter),
    initialPageParam: null as string | null,
    refetchInterval: isLive ? lookEveryMs * 2 : lookEveryMs,
    queryFn: ({ pageParam, signal }) =>
      callApi('/deliveries', {
        query: {
          workspace_id: workspace.id,
          limit: pageRows,
          status: filter.status,
          subscription_id: filter.subscription,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        schema: deliveriesSchema,
        signal,
      }),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useDelivery(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.delivery(workspace.id, id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) => callApi(`/deliveries/${id}`, { schema: deliveryDetailSchema, signal }),
  });
}

export function useDeliveryContent(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: [...keys.delivery(workspace.id, id), 'content'],
    queryFn: ({ signal }) =>
      callApi(`/deliveries/${id}/content`, { schema: deliveryContentSchema, signal }),
  });
}

export function useReplays(subscriptionId: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.deliveryReplays(workspace.id, subscriptionId),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi(`/subscriptions/${subscriptionId}/replays`, { schema: list(replaySchema), signal }),
  });
}

/** What a draft would say; asked again when it changes, and kept meanwhile. */
export function usePreview(draft: Draft | null) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: ['draft', workspace.id, draft],
    enabled: draft !== null,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) =>
      callApi('/destinations/preview', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: draft,
        schema: draftPreviewSchema,
        signal,
      }),
  });
}

export function useSlackConnections() {
  const { workspace } = useSession();
  const connections = useQuery({
    queryKey: keys.connections(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/connections', {
        query: { workspace_id: workspace.id },
        schema: list(connectionSchema),
        signal,
      }),
  });
  const rows = (connections.data?.data ?? []).filter(
    ({ connector, status }) => connector === 'slack' && status !== 'disconnected',
  );
  return { ...connections, rows };
}

interface Write {
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  json?: unknown;
}

/** A write of this page. What it changes is read anew; a refusal is told, unless `quiet`. */
export function useWrite<T extends z.ZodType>(schema: T, options: { quiet?: boolean } = {}) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, json }: Write) =>
      callApi(path, {
        method,
        query: { workspace_id: needsPlace(path) ? workspace.id : undefined },
        schema,
        ...(json === undefined ? {} : { json }),
      }),
    onSuccess: () =>
      Promise.all(
        ['subscriptions', 'destinations', 'deliveries', 'delivery_replays'].map((name) =>
          client.invalidateQueries({ queryKey: [name, workspace.id] }),
        ),
      ),
    onError: (error) => {
      if (!options.quiet) {
        showToast({ tone: 'bad', title: words.refused, description: error.message });
      }
    },
  });
}

/** Routes about a row know their workspace by it and take no other. */
const needsPlace = (path: string): boolean =>
  path === '/subscriptions' || path === '/deliveries/redrive';
