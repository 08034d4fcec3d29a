'use client';

import { useQuery } from '@tanstack/react-query';
import { ErrorState } from '@/components/ui/error-state';
import { Page } from '@/components/ui/page';
import { PageHeader } from '@/components/ui/page-header';
import { Panel } from '@/components/ui/panel';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { StatusDot } from '@/components/ui/status-dot';
import { toneText } from '@/components/ui/tone';
import { type Health, healthSchema } from '@/lib/hub/schema';
import { CachePanel } from './cache-panel';
import { LimitsPanel } from './limits-panel';
import { QueuesPanel } from './queues-panel';
import { words } from './words';
import { WorkPanel } from './work-panel';

const looks = {
  ok: { tone: 'ok', shape: 'solid' },
  starting: { tone: 'accent', shape: 'half' },
  degraded: { tone: 'warn', shape: 'diamond' },
  down: { tone: 'bad', shape: 'square' },
} as const;
const lookEveryMs = 5_000;

/** Each part of the hub and whether it works, asked again every few seconds. */
export function SystemPage() {
  const health = useQuery({
    queryKey: ['health'],
    refetchInterval: lookEveryMs,
    queryFn: async ({ signal }) => {
      // 503 carries the same body: degraded is an answer, not a failure.
      const answer = await fetch('/api/health/ready', { signal });
      return healthSchema.parse(await answer.json());
    },
  });
  return (
    <Page width="narrow">
      <PageHeader
        title={words.title}
        sub={health.data ? words.version(health.data.version) : undefined}
      />
      {health.error && !health.data ? (
        <ErrorState title={words.failed} onRetry={() => void health.refetch()}>
          {health.error.message}
        </ErrorState>
      ) : !health.data ? (
        <PanelSkeleton label={words.asking} lines={6} />
      ) : (
        <Panel title={words.parts} padding="flush">
          <ul className="divide-y divide-line">
            {health.data.parts.map((part) => (
              <PartRow key={part.name} part={part} />
            ))}
          </ul>
        </Panel>
      )}
      <WorkPanel />
      <QueuesPanel />
      <LimitsPanel />
      <CachePanel />
    </Page>
  );
}

function PartRow({ part }: { part: Health['parts'][number] }) {
  const about = words.about[part.name];
  const look = looks[part.status];
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <StatusDot {...look} />
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{about?.name ?? part.name}</span>
        {about && <span className="block text-meta text-mut">{about.does}</span>}
      </span>
      {part.name === 'sandbox' && (
        <a href="/sandbox/mail" className="text-accent hover:underline">
          {words.mailbox}
        </a>
      )}
      <span className={toneText[look.tone]}>{part.detail ?? words.status[part.status]}</span>
    </li>
  );
}
