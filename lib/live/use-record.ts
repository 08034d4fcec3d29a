'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type RecordRow, recordSchema } from '#lib/records/schema';
import { callApi } from './api-client.ts';
import { keys } from './keys.ts';
import { overlay, type PendingEdit } from './overlay.ts';
import { isNewer, nextAsk, type Stamped } from './record-cache.ts';
import { usePendingEdits } from './use-edit-record.ts';

/**
 * One record as the screen shows it: the confirmed row with edits on their way laid over it. A row
 * of a list passes `cached`: the list brought it, and a scroll must not ask for each row again.
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
  const client = useQueryClient();
  const pending = usePendingEdits(id);
  const query = useQuery({
    queryKey: keys.record(id),
    staleTime: 30_000,
    enabled: source === 'fetched',
    queryFn: async ({ signal }): Promise<Stamped> => {
      const asked = nextAsk();
      const row = await callApi(`/records/${id}`, { schema: recordSchema, signal });
      const present = client.getQueryData<Stamped>(keys.record(id));
      return present && !isNewer(present, row, asked) ? present : { row, asked };
    },
  });
  const confirmed = query.data?.row;
  return {
    row: confirmed && overlay(confirmed, pending),
    confirmed,
    pending,
    error: query.error,
    refetch: () => void query.refetch(),
  };
}
