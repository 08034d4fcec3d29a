'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { asOf, scopeOptionSchema } from '@/lib/connections/schema';
import { callApi, keys } from '@/lib/live/index';

const schema = z.object({ data: z.array(scopeOptionSchema), ...asOf });
/** An old list is being asked for behind; it is looked for again this often. */
const lookEveryMs = 2_000;

interface Wanted {
  connectionId: string;
  resource: string;
}

const ask = (
  { connectionId, resource }: Wanted,
  refresh: boolean,
  signal: AbortSignal | undefined,
) =>
  callApi(`/connections/${connectionId}/scopes`, {
    query: { resource, ...(refresh ? { refresh: 'true' } : {}) },
    schema,
    signal,
  });

/** What the service offers, as of when it said so; `refresh` asks it now. */
export function useScopes(connectionId: string, resource: string, isOpen: boolean) {
  const { workspace } = useSession();
  const client = useQueryClient();
  const queryKey = keys.scopes(workspace.id, connectionId, resource);
  const wanted = { connectionId, resource };
  const scopes = useQuery<z.infer<typeof schema>>({
    queryKey,
    enabled: isOpen,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.state === 'stale' ? lookEveryMs : false),
    queryFn: ({ signal }) => ask(wanted, false, signal),
  });
  const refresh = useMutation({
    mutationFn: () => ask(wanted, true, undefined),
    onSuccess: (answer) => client.setQueryData(queryKey, answer),
  });
  return { scopes, refresh };
}
