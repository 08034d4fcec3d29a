'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSession } from '@/components/shell/use-session';
import { connectionSchema } from '@/lib/connections/schema';
import { type ApiProblem, callApi } from '@/lib/live/index';

export interface PastedInput {
  connector: string;
  auth_kind: 'api_key' | 'basic';
  fields: Record<string, string>;
  base_url?: string;
  is_sandbox: boolean;
  connection_id?: string;
}

/** Connects by what was pasted; the answer comes once the service has said whose it is. */
export function useConnectByKey() {
  const { workspace } = useSession();
  const client = useQueryClient();
  return useMutation<Awaited<ReturnType<typeof connect>>, ApiProblem, PastedInput>({
    mutationFn: (input) => connect(workspace.id, input),
    // What was pasted is not kept in the cache of mutations.
    gcTime: 0,
    onSuccess: () => {
      for (const name of ['connections', 'streams', 'connection_log', 'scopes', 'board']) {
        void client.invalidateQueries({ queryKey: [name, workspace.id] });
      }
    },
  });
}

const connect = (workspaceId: string, input: PastedInput) =>
  callApi('/connections', {
    method: 'POST',
    query: { workspace_id: workspaceId },
    json: input,
    schema: connectionSchema,
  });
