'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import {
  authorizeAnswerSchema,
  connectionLogSchema,
  connectionSchema,
  connectorSchema,
} from '@/lib/connections/schema';
import { callApi, keys } from '@/lib/live/index';
import { runSchema, streamSchema } from '@/lib/sync/schema';

const list = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row) });
const logRows = 50;
/** The browser leaves for the provider's page; a press of Back must not find a stale answer. */
const anything = z.unknown();

export function useConnectors() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.connectors(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/connectors', {
        query: { workspace_id: workspace.id },
        schema: list(connectorSchema),
        signal,
      }),
  });
}

export function useConnections() {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.connections(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/connections', {
        query: { workspace_id: workspace.id },
        schema: list(connectionSchema),
        signal,
      }),
  });
}

export function useConnection(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.connection(workspace.id, id),
    queryFn: ({ signal }) => callApi(`/connections/${id}`, { schema: connectionSchema, signal }),
  });
}

export function useConnectionLog(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.connectionLog(workspace.id, id),
    queryFn: ({ signal }) =>
      callApi(`/connections/${id}/log`, {
        query: { limit: logRows },
        schema: list(connectionLogSchema),
        signal,
      }),
  });
}

export function useStreams(connectionId: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.streams(workspace.id, connectionId),
    queryFn: ({ signal }) =>
      callApi('/streams', {
        query: { workspace_id: workspace.id, connection_id: connectionId },
        schema: list(streamSchema),
        signal,
      }),
  });
}

/** Runs of one connection, or of all. */
export function useRuns(connectionId?: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.runs(workspace.id, connectionId),
    queryFn: ({ signal }) =>
      callApi('/runs', {
        query: { workspace_id: workspace.id, connection_id: connectionId, limit: logRows },
        schema: list(runSchema),
        signal,
      }),
  });
}

/** Sends the browser to the provider, in this tab; it comes back to `returnTo`. */
export function useAuthorize(onFailed: (message: string) => void) {
  const { workspace } = useSession();
  return useMutation({
    mutationFn: (input: {
      connector: string;
      app_id?: string;
      connection_id?: string;
      abilities?: ('read' | 'write' | 'webhooks')[];
      return_to: string;
    }) =>
      callApi('/connections/authorize', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: input,
        schema: authorizeAnswerSchema,
      }),
    onSuccess: (answer) => globalThis.location.assign(answer.authorize_url),
    onError: (error) => onFailed(error.message),
  });
}

/** One write of a connection's page; afterwards what it shows is read again. */
export function useAct(onFailed: (message: string) => void) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (act: { method: 'POST' | 'PATCH' | 'DELETE'; path: string; json?: unknown }) =>
      callApi(act.path, {
        method: act.method,
        query: act.path === '/streams' ? { workspace_id: workspace.id } : {},
        json: act.json,
        schema: anything,
      }),
    onError: (error) => onFailed(error.message),
    onSettled: () => {
      for (const name of ['connections', 'streams', 'runs', 'connection_log', 'scopes', 'board']) {
        void client.invalidateQueries({ queryKey: [name, workspace.id] });
      }
    },
  });
}
