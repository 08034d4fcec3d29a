'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type RecordRow, recordSchema } from '#lib/records/schema';
import { callApi } from './api-client.ts';
import { keys } from './keys.ts';
import { overlay, type PendingEdit } from './overlay.ts';
import { newestOf, nextAsk, type Stamped, upsertRecord } from './record-cache.ts';
import { usePendingEdits } from './use-edit-record.ts';

/** The confirmed row under an id: of a record that became part of another it is that one. */
function useConfirmed(id: string, source: 'fetched' | 'cached') {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.record(id),
    staleTime: 30_000,
    enabled: source === 'fetched',
    queryFn: async ({ signal }): Promise<Stamped> => {
      const asked = nextAsk();
      const row = await callApi(`/records/${id}`, { schema: recordSchema, signal });
      if (row.id !== id) upsertRecord(client, row, asked);
      return newestOf(id, client.getQueryData<Stamped>(keys.record(id)), { row, asked });
    },
  });
}

/**
 * One record as the screen shows it: the confirmed row with edits on their way laid over it. A row
 * of a list passes `cached`: the list brought it, and a scroll must not ask for each row again. One that becomes part of another is
 * followed to it.
 */
export function useRecord(
  id: string,
  source: 'fetched' | 'cached' = 'fetched',
): {
  row: RecordRow | undefined;
  confirmed: RecordRow | undefined;
  pending: PendingEdit[];
  error: Error | null;
  refetch: () => void;
} {
  const own = useConfirmed(id, source);
  const now = own.data?.row.id ?? id;
  const query = useConfirmed(now, source);
  const pending = usePendingEdits(now);
  const confirmed = (query.data ?? own.data)?.row;
  return {
    row: confirmed && overlay(confirmed, pending),
    confirmed,
    pending,
    error: query.error ?? own.error,
    refetch: () => void query.refetch(),
  };
}
