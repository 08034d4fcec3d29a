'use client';

import { useMutation, useMutationState, useQueryClient } from '@tanstack/react-query';
import { type RecordPatch, type RecordRow, recordSchema } from '#lib/records/schema';
import { ApiProblem, callApi } from './api-client.ts';
import { keys } from './keys.ts';
import type { PendingEdit } from './overlay.ts';
import { cachedRecord, nextAsk, upsertRecord } from './record-cache.ts';

let orders = 0;
/** An edit is tried again this often while the hub cannot be reached; always with the same id. */
const triesMax = 6;

/** Edits of one record (or of all) that the hub has not confirmed yet, oldest first. */
export function usePendingEdits(id?: string): PendingEdit[] {
  return useMutationState({
    filters: { mutationKey: id ? keys.recordEdit(id) : ['record', 'edit'], status: 'pending' },
    select: (mutation) => mutation.state.variables as PendingEdit,
  }).filter(Boolean);
}

/**
 * Edits fields of one record. Edits of a record go one after the other, records do not wait for each
 * other; the server drops a repeated mutation id. `onRefused` hears a final refusal by the hub (a
 * refusal by the service comes later, as a state of the record's link).
 */
export function useEditRecord(id: string, onRefused: (problem: ApiProblem) => void) {
  const client = useQueryClient();
  const mutation = useMutation<RecordRow, Error, PendingEdit>({
    mutationKey: keys.recordEdit(id),
    scope: { id: `record:${id}` },
    retry: (count, error) => error instanceof ApiProblem && error.isTransient && count < triesMax,
    retryDelay: (count) => Math.min(400 * 2 ** count, 8000),
    mutationFn: async (edit) => {
      // The version stays the one the edit was made against: own edits in between are no conflict
      // to the server, a change of the same field by somebody else is.
      const asked = nextAsk();
      const row = await callApi(`/records/${id}`, {
        method: 'PATCH',
        json: edit.patch,
        schema: recordSchema,
      });
      upsertRecord(client, row, asked);
      return row;
    },
    onError: (error) => {
      if (!(error instanceof ApiProblem)) throw error;
      const current = recordSchema.safeParse(error.body['record']);
      if (current.success) upsertRecord(client, current.data, nextAsk());
      onRefused(error);
    },
  });
  return (data: RecordPatch['data']): void => {
    const version = cachedRecord(client, id)?.version ?? 1;
    mutation.mutate({
      id,
      order: ++orders,
      patch: { mutation_id: crypto.randomUUID(), version, data },
    });
  };
}
