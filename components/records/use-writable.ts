'use client';

import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { connectorSchema } from '@/lib/connections/schema';
import { callApi, keys } from '@/lib/live/index';
import type { RecordRow } from '@/lib/records/schema';

const answerSchema = z.object({ data: z.array(connectorSchema) });

/** Whether a service the record lives in can take a new value of a field; none until that is known. */
export function useWritable({ kind, links }: RecordRow): (field: string) => boolean {
  const { workspace } = useSession();
  const connectors = useQuery({
    queryKey: keys.connectors(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/connectors', {
        query: { workspace_id: workspace.id },
        schema: answerSchema,
        signal,
      }),
  });
  const known = new Set(links.map((link) => link.connector));
  const writable = new Set(
    connectors.data?.data
      .filter(({ name }) => known.has(name))
      .flatMap(({ resources }) => resources.filter((one) => one.kind === kind))
      .flatMap((resource) => resource.writable),
  );
  return (field) => writable.has(field);
}
