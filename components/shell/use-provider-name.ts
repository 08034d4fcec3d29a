'use client';

import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { connectorSchema } from '@/lib/connections/schema';
import { callApi, keys } from '@/lib/live/index';
import { useSession } from './use-session';

const answerSchema = z.object({ data: z.array(connectorSchema) });
/** The catalogue changes with a new version of the hub, not while somebody looks. */
const staleMs = 10 * 60_000;

/** How the provider of a connector is called ("GitHub"); the connector's own name until that is known. */
export function useProviderName(): (connector: string) => string {
  const { workspace } = useSession();
  const connectors = useQuery({
    queryKey: keys.connectors(workspace.id),
    staleTime: staleMs,
    queryFn: ({ signal }) =>
      callApi('/connectors', {
        query: { workspace_id: workspace.id },
        schema: answerSchema,
        signal,
      }),
  });
  const names = new Map(connectors.data?.data.map((one) => [one.name, one.provider]));
  return (connector) => names.get(connector) ?? connector;
}
