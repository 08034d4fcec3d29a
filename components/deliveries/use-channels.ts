'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { asOf, lookupItemSchema } from '@/lib/connections/schema';
import { callApi, keys } from '@/lib/live/index';

const schema = z.object({ data: z.array(lookupItemSchema), ...asOf });
const lookup = 'channels';
/** An old list is being asked for behind; it is looked for again this often. */
const lookEveryMs = 2_000;

const ask = (connectionId: string, refresh: boolean, signal?: AbortSignal) =>
  callApi(`/connections/${connectionId}/lookups/${lookup}`, {
    query: refresh ? { refresh: 'true' } : {},
    schema,
    signal,
  });

/** The channels the app sees, as of when Slack said so; `refresh` asks it now. */
export function useChannels(connectionId: string) {
  const { workspace } = useSession();
  const client = useQueryClient();
  const queryKey = keys.lookup(workspace.id, connectionId, lookup);
  const channels = useQuery<z.infer<typeof schema>>({
    queryKey,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state === 'stale' ? lookEveryMs : false),
    queryFn: ({ signal }) => ask(connectionId, false, signal),
  });
  const refresh = useMutation({
    mutationFn: () => ask(connectionId, true),
    onSuccess: (answer) => client.setQueryData(queryKey, answer),
  });
  return { channels, refresh };
}
