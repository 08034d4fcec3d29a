'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { callApi, keys } from '@/lib/live/index';
import { undoAnswerSchema, undoDetailSchema, undoRunSchema } from '@/lib/records/schema';
import { runHistorySchema, runSchema, streamSchema } from '@/lib/sync/schema';

const anything = z.unknown();
const streamList = z.object({ data: z.array(streamSchema) });
const undoList = z.object({ data: z.array(undoRunSchema) });
/** Undos of one run; the newest is the one that is shown. */
const undoRows = 5;

export function useRun(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.run(workspace.id, id),
    queryFn: ({ signal }) => callApi(`/runs/${id}`, { schema: runSchema, signal }),
  });
}

export function useRunHistory(id: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.runEvents(workspace.id, id),
    queryFn: ({ signal }) => callApi(`/runs/${id}/events`, { schema: runHistorySchema, signal }),
  });
}

/** The stream a run reads; undefined until it is known. */
export function useStreamOf(run: { connection_id: string; stream_id: string } | undefined) {
  const { workspace } = useSession();
  const streams = useQuery({
    queryKey: keys.streams(workspace.id, run?.connection_id),
    enabled: run !== undefined,
    queryFn: ({ signal }) =>
      callApi('/streams', {
        query: { workspace_id: workspace.id, connection_id: run?.connection_id },
        schema: streamList,
        signal,
      }),
  });
  return streams.data?.data.find(({ id }) => id === run?.stream_id);
}

export function useActOnRun(runId: string, onFailed: (message: string) => void) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: 'pause' | 'resume' | 'cancel') =>
      callApi(`/runs/${runId}`, { method: 'PATCH', json: { action }, schema: anything }),
    onError: (error) => onFailed(error.message),
    onSettled: () => {
      for (const name of ['runs', 'run_events', 'streams', 'board']) {
        void client.invalidateQueries({ queryKey: [name, workspace.id] });
      }
    },
  });
}

export function useUndos(runId: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.undos(workspace.id, runId),
    queryFn: ({ signal }) =>
      callApi('/undos', {
        query: { workspace_id: workspace.id, run_id: runId, limit: undoRows },
        schema: undoList,
        signal,
      }),
  });
}

export function useUndo(undoId: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.undo(workspace.id, undoId),
    queryFn: ({ signal }) => callApi(`/undos/${undoId}`, { schema: undoDetailSchema, signal }),
  });
}

/** With `allow` it is done; without it only said what would be. */
export function useStartUndo(runId: string) {
  const { workspace } = useSession();
  const client = useQueryClient();
  const ask = (json: { preview?: boolean; allow?: number }) =>
    callApi('/undos', {
      method: 'POST',
      query: { workspace_id: workspace.id },
      json: { run_id: runId, ...json },
      schema: undoAnswerSchema,
    });
  return {
    preview: () => ask({ preview: true }),
    start: async (allow: number) => {
      const answer = await ask({ allow });
      await client.invalidateQueries({ queryKey: ['undos', workspace.id] });
      return answer;
    },
  };
}

export function useCancelUndo(undoId: string) {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => callApi(`/undos/${undoId}/cancel`, { method: 'POST', schema: undoRunSchema }),
    onSettled: () => client.invalidateQueries({ queryKey: ['undos', workspace.id] }),
  });
}
