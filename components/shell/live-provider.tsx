'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { ApiProblem, LiveConnection, LiveContext } from '@/lib/live/index';
import { useRecovery } from './use-recovery';

const retriesMax = 3;

function makeClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (count, error) =>
          count < retriesMax && !(error instanceof ApiProblem && !error.isTransient),
        retryDelay: (count) => Math.min(500 * 2 ** count, 5000),
      },
    },
  });
  // Lists hold ids; a row that scrolled out of sight must still be there when it comes back.
  client.setQueryDefaults(['record'], { gcTime: Number.POSITIVE_INFINITY });
  return client;
}

function Recovery() {
  useRecovery();
  return null;
}

/** One cache and one live connection a workspace; changing the workspace ends both. */
export function LiveProvider({
  workspaceId,
  children,
}: {
  workspaceId: string;
  children: ReactNode;
}) {
  const [client] = useState(makeClient);
  const live = useMemo(() => new LiveConnection(workspaceId, client), [workspaceId, client]);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  const context = useMemo(() => ({ workspaceId, live }), [workspaceId, live]);
  return (
    <QueryClientProvider client={client}>
      <LiveContext value={context}>
        <Recovery />
        {children}
      </LiveContext>
    </QueryClientProvider>
  );
}
