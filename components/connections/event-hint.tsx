'use client';

import { useQuery } from '@tanstack/react-query';
import type { Route } from 'next';
import { z } from 'zod';
import { useMay, useSession } from '@/components/shell/use-session';
import { LinkButton } from '@/components/ui/link-button';
import { Notice } from '@/components/ui/notice';
import type { Connection } from '@/lib/connections/schema';
import { callApi, keys } from '@/lib/live/index';
import { type AppWebhook, appWebhookSchema } from '@/lib/webhooks/schema';
import { words } from './words';

const answer = z.object({ data: z.array(appWebhookSchema) });
const text = words.byHand;

/** What an admin does next so that a polled connection's events come in by themselves. */
export function EventHint({ connection }: { connection: Connection }) {
  const { workspace, home } = useSession();
  const isAdmin = useMay('admin');
  const hooks = useQuery({
    queryKey: keys.appWebhooks(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/app-webhooks', {
        query: { workspace_id: workspace.id },
        schema: answer,
        signal,
      }),
    enabled: isAdmin && connection.status === 'active' && connection.delivery === 'poll',
  });
  const hook = hooks.data?.data.find(({ connector }) => connector === connection.connector);
  const title = hook && hintOf(hook);
  if (!title) return null;
  return (
    <div className="mt-3 grid gap-2">
      <Notice title={title} />
      <LinkButton href={`${home}/settings?tab=apps&connector=${connection.connector}` as Route}>
        {text.open}
      </LinkButton>
    </div>
  );
}

/** Null where nothing can be done here, or nothing is left to do. */
export function hintOf(hook: Pick<AppWebhook, 'status' | 'url'>): string | null {
  if (hook.url === null || hook.status === 'active') return null;
  return text[hook.status];
}
