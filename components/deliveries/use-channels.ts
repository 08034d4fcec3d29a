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
/** By then Slack has answered, or does not; somebody may ask again. */
const looksMax = 5;

interface Channels extends z.infer<typeof schema> {
  /** Old answers in a row, without a pause between them. */
  looks: number;
}

/** How often to look again for a list that is being asked for; never after a failure. */
export const lookAgain = (
  channels: Pick<Channels, 'state' | 'looks'> | undefined,
  hasFailed: boolean,
): number | false =>
  channels?.state === 'stale' && !hasFailed && channels.looks < looksMax ? lookEveryMs : false;

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
  const channels = useQuery<Channels>({
    queryKey,
    staleTime: 0,
    refetchInterval: ({ state }) => lookAgain(state.data, state.error !== null),
    queryFn: async ({ signal }) => {
      const { data, dataUpdatedAt = 0 } = client.getQueryState<Channels>(queryKey) ?? {};
      // After a pause, as when the form is opened again, it is looked for anew.
      const goesOn = data && Date.now() - dataUpdatedAt < 3 * lookEveryMs;
      return { ...(await ask(connectionId, false, signal)), looks: goesOn ? data.looks + 1 : 1 };
    },
  });
  const refresh = useMutation({
    mutationFn: () => ask(connectionId, true),
    onSuccess: (answer) => client.setQueryData<Channels>(queryKey, { ...answer, looks: 0 }),
  });
  return { channels, refresh };
}
