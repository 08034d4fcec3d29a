'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { z } from 'zod';
import { useMay, useSession } from '@/components/shell/use-session';
import { Panel } from '@/components/ui/panel';
import { Switch } from '@/components/ui/switch';
import { showToast } from '@/components/ui/toaster';
import { callApi, keys } from '@/lib/live/index';
import { useConnectors } from './use-connections';

const sandboxSchema = z.object({
  url: z.string(),
  activity: z.object({ running: z.boolean(), rate: z.number() }).nullable(),
});
/** Actions a second: lively, and still readable. */
const rate = 0.5;

/** Makes the sandbox's double of a connector live. Absent without a sandbox, and without a double in it. */
export function SandboxActivity({ connector }: { connector: string }) {
  const { workspace, info } = useSession();
  const card = useConnectors().data?.data.find(({ name }) => name === connector);
  const isThere = info.features.sandbox && card?.has_sandbox === true;
  const mayAct = useMay('editor');
  const client = useQueryClient();
  const state = useQuery({
    queryKey: keys.sandbox(workspace.id, connector),
    enabled: isThere,
    queryFn: ({ signal }) =>
      callApi('/sandbox', {
        query: { workspace_id: workspace.id, connector },
        schema: sandboxSchema,
        signal,
      }),
  });
  const act = useMutation({
    mutationFn: (on: boolean) =>
      callApi('/sandbox/activity', {
        method: 'POST',
        query: { workspace_id: workspace.id, connector },
        json: on ? { action: 'start', rate } : { action: 'stop' },
        schema: z.unknown(),
      }),
    onError: (error) =>
      showToast({ tone: 'bad', title: 'The sandbox did not answer', description: error.message }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sandbox(workspace.id, connector) }),
  });
  if (!isThere || !state.data) return null;
  return (
    <Panel title="Sandbox">
      <div className="grid gap-3">
        {state.data.activity && (
          <Switch
            label="People at work"
            hint="They open, edit, close and comment, so that you can watch it arrive."
            checked={state.data.activity.running}
            disabled={!mayAct || act.isPending}
            onCheckedChange={(on) => act.mutate(on)}
          />
        )}
        <a
          href={state.data.url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex items-center gap-2 text-accent hover:underline"
        >
          See the other side <ExternalLink aria-hidden="true" className="size-3.5" />
        </a>
      </div>
    </Panel>
  );
}
