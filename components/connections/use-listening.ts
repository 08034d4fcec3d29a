'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { type ApiProblem, callApi, keys } from '@/lib/live/index';
import {
  broughtSecretSchema,
  type ListeningMade,
  type ListeningState,
  listeningMadeSchema,
  listeningStateSchema,
  webhookPresetSchema,
} from '@/lib/webhooks/schema';

/** Somebody sits before the page and has just pasted the address elsewhere. */
const waitingMs = 3_000;

type Brought = z.infer<typeof broughtSecretSchema>;

const presets = z.object({ data: z.array(webhookPresetSchema) });
export type WebhookPresetRow = z.infer<typeof webhookPresetSchema>;

/** Services whose way of signing is known. */
export const useWebhookPresets = () =>
  useQuery({
    queryKey: ['webhook_presets'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => callApi('/webhook-presets', { schema: presets, signal }),
  });

/** The address of a connection, and whether something has come there. */
export function useListening(connectionId: string) {
  const { workspace } = useSession();
  return useQuery<ListeningState>({
    queryKey: [...keys.connection(workspace.id, connectionId), 'listening'],
    refetchInterval: ({ state }) => (state.data?.status === 'waiting' ? waitingMs : false),
    queryFn: ({ signal }) =>
      callApi(`/connections/${connectionId}/listening`, { schema: listeningStateSchema, signal }),
  });
}

/** What the service's first call has brought; looked for while somebody waits for it. */
export function useBrought(connectionId: string, isWaiting: boolean) {
  const { workspace } = useSession();
  return useQuery<Brought>({
    queryKey: [...keys.connection(workspace.id, connectionId), 'brought'],
    enabled: isWaiting,
    refetchInterval: waitingMs,
    gcTime: 0,
    queryFn: ({ signal }) =>
      callApi(`/connections/${connectionId}/listening/brought`, {
        schema: broughtSecretSchema,
        signal,
      }),
  });
}

export function useTakeBrought(connectionId: string) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation<unknown, ApiProblem, string>({
    mutationFn: (brought_at) =>
      callApi(`/connections/${connectionId}/listening/brought`, {
        method: 'POST',
        json: { brought_at },
        schema: listeningStateSchema,
      }),
    onSuccess: () =>
      client.invalidateQueries({ queryKey: keys.connection(workspace.id, connectionId) }),
  });
}

export interface ListenInput {
  title: string;
  signing: Record<string, unknown>;
  secret?: string;
}

/** Makes the connection with its address; a secret that is made comes back this once. */
export function useListen(connector: string) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation<ListeningMade, ApiProblem, ListenInput>({
    mutationFn: (input) =>
      callApi('/connections/listening', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: { connector, ...input },
        schema: listeningMadeSchema,
      }),
    gcTime: 0,
    onSuccess: () => {
      for (const name of ['connections', 'board']) {
        void client.invalidateQueries({ queryKey: [name, workspace.id] });
      }
    },
  });
}

export function useRotateSecret(connectionId: string) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation<ListeningMade, ApiProblem, { secret?: string; is_at_once: boolean }>({
    mutationFn: (json) =>
      callApi(`/connections/${connectionId}/listening/secret`, {
        method: 'PUT',
        json,
        schema: listeningMadeSchema,
      }),
    gcTime: 0,
    onSuccess: () =>
      client.invalidateQueries({ queryKey: keys.connection(workspace.id, connectionId) }),
  });
}
