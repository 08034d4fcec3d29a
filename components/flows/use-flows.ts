'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { showToast } from '@/components/ui/toaster';
import { connectionSchema, connectorSchema } from '@/lib/connections/schema';
import { creationSchema, flowSchema, suggestionSchema } from '@/lib/flows/schema';
import { boardSchema } from '@/lib/hub/schema';
import { callApi, keys } from '@/lib/live/index';
import { streamSchema } from '@/lib/sync/schema';
import { words } from './words';

const list = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });

const creationsSchema = z.object({ data: z.array(creationSchema), total: z.number().int() });

const lookEveryMs = 5_000;
const shownCreations = 50;
const staleSuggestionMs = 5 * 60_000;

export function useFlows() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.flows(workspace.id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi('/flows', {
        query: { workspace_id: workspace.id },
        schema: list(flowSchema),
        signal,
      }),
  });
}

export function useFlow(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.flow(workspace.id, id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) => callApi(`/flows/${id}`, { schema: flowSchema, signal }),
  });
}

/** What a flow can be made of: every stream with its connection, and what its connector can. */
export function useStock() {
  const { workspace } = useSession();
  const query = { workspace_id: workspace.id };
  const streams = useQuery({
    queryKey: keys.streams(workspace.id),
    queryFn: ({ signal }) => callApi('/streams', { query, schema: list(streamSchema), signal }),
  });
  const connections = useQuery({
    queryKey: keys.connections(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/connections', { query, schema: list(connectionSchema), signal }),
  });
  const connectors = useQuery({
    queryKey: keys.connectors(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/connectors', { query, schema: list(connectorSchema), signal }),
  });
  return {
    streams: streams.data?.data ?? [],
    connections: connections.data?.data ?? [],
    connectors: connectors.data?.data ?? [],
    isPending: streams.isPending || connections.isPending || connectors.isPending,
    error: streams.error ?? connections.error ?? connectors.error,
    refetch: () => {
      void streams.refetch();
      void connections.refetch();
      void connectors.refetch();
    },
  };
}

/** What the mapping of these streams could be; asked again when one of them is another. */
export function useSuggestions(streamIds: readonly string[]) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: ['flow_suggestions', workspace.id, ...streamIds],
    enabled: streamIds.length > 1,
    // What somebody edits must not move under their hands.
    staleTime: staleSuggestionMs,
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) =>
      callApi('/flows/suggestions', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: { stream_ids: streamIds },
        schema: list(suggestionSchema),
        signal,
      }),
  });
}

/** What a flow owes its sides, those a person can do something about first. */
export function useCreations(flowId: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.creations(workspace.id, flowId),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi(`/flows/${flowId}/creations`, {
        query: { limit: shownCreations },
        schema: creationsSchema,
        signal,
      }),
  });
}

/** The Board's figures, of which a flow shows those of its own services. */
export function useBoard() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.board(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/board', {
        query: { workspace_id: workspace.id },
        schema: boardSchema,
        signal,
      }),
  });
}

interface Write {
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  json?: unknown;
}

/** A write of these pages. What it changes is read anew; a refusal is told, unless `quiet`. */
export function useFlowWrite<T extends z.ZodType>(schema: T, options: { quiet?: boolean } = {}) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, json }: Write) =>
      callApi(path, {
        method,
        query: { workspace_id: path === '/flows' ? workspace.id : undefined },
        schema,
        ...(json === undefined ? {} : { json }),
      }),
    onSuccess: () =>
      Promise.all(
        ['flows', 'flow_plans', 'creations', 'board'].map((name) =>
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
