'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import type { Kind } from '@/lib/kinds/index';
import { type ApiProblem, callApi, keys } from '@/lib/live/index';
import { type BegunRecord, begunRecordSchema, recordPlaceSchema } from '@/lib/records/schema';
import { type Saga, sagaSchema } from '@/lib/sagas/schema';

const placesSchema = z.object({ data: z.array(recordPlaceSchema) });
const sagasSchema = z.object({ data: z.array(sagaSchema) });

/** Streams in which a record of this kind can be made. */
export function useRecordPlaces(kind: Kind) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.recordPlaces(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/record-places', {
        query: { workspace_id: workspace.id },
        schema: placesSchema,
        signal,
      }),
    select: ({ data }) => data.filter((place) => place.kind === kind),
  });
}

export interface Asked {
  mutation_id: string;
  kind: Kind;
  stream_ids: readonly string[];
  data: Record<string, unknown>;
}

/** A repeated try has the same id: it makes nothing twice. */
export function useMakeRecord() {
  const { workspace } = useSession();
  return useMutation<BegunRecord, ApiProblem, Asked>({
    mutationFn: (asked) =>
      callApi('/records', {
        method: 'POST',
        query: { workspace_id: workspace.id },
        json: asked,
        schema: begunRecordSchema,
      }),
  });
}

const isOver = ({ finished_at: at }: Saga): boolean => at !== null;
/** Beside the live messages, for as long as it is under way. */
const lookMs = 2_000;

/** How making the objects of a record goes, the newest first. */
export function useRecordSagas(recordId: string) {
  const { workspace } = useSession();
  return useQuery({
    queryKey: keys.sagas(workspace.id, recordId),
    queryFn: ({ signal }) => callApi(`/records/${recordId}/sagas`, { schema: sagasSchema, signal }),
    select: ({ data }) => data,
    refetchInterval: ({ state }) => (state.data?.data.every(isOver) === false ? lookMs : false),
  });
}
