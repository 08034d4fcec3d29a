'use client';

import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { Panel } from '@/components/ui/panel';
import { cacheFigureSchema } from '@/lib/hub/schema';
import { callApi, keys } from '@/lib/live/index';
import { words } from './words';

const schema = z.object({ data: z.array(cacheFigureSchema) });
const lookEveryMs = 10_000;

/** How many reads of what services say were answered without asking them. */
export function CachePanel() {
  const { workspace } = useSession();
  const figures = useQuery({
    queryKey: keys.cache(workspace.id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi('/system/cache', { query: { workspace_id: workspace.id }, schema, signal }),
  });
  if (!figures.data) return null;
  return (
    <Panel title={words.cache.title} padding="flush">
      {figures.data.data.length === 0 ? (
        <p className="px-4 py-2.5 text-mut">{words.cache.none}</p>
      ) : (
        <dl className="divide-y divide-line">
          {figures.data.data.map(({ topic, fresh, stale, missed }) => (
            <div key={topic} className="flex items-center gap-3 px-4 py-2.5">
              <dt className="min-w-0 flex-1">
                <span className="block font-medium">{words.cache.topics[topic] ?? topic}</span>
                <span className="block text-meta text-mut">
                  {words.cache.detail({ fresh, stale, missed })}
                </span>
              </dt>
              <dd className="font-semibold text-lead">
                {words.cache.rate((fresh + stale) / (fresh + stale + missed))}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}
