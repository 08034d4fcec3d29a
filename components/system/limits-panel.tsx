'use client';

import { useQuery } from '@tanstack/react-query';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useSession } from '@/components/shell/use-session';
import { ErrorState } from '@/components/ui/error-state';
import { Panel } from '@/components/ui/panel';
import { PanelSkeleton } from '@/components/ui/skeleton';
import { callApi, keys } from '@/lib/live/index';
import { type Limits, limitsSchema } from '@/lib/resilience/schema';
import { limitWords } from './limit-words';
import { LimitsRow } from './limits-row';

/** Budgets move with every call; the page need not. */
const lookEveryMs = 3_000;

/** What holds calls to services back: budgets and breakers, as all workers see them. */
export function LimitsPanel() {
  const { workspace } = useSession();
  const nameOf = useProviderName();
  const limits = useQuery({
    queryKey: keys.limits(workspace.id),
    refetchInterval: lookEveryMs,
    queryFn: ({ signal }) =>
      callApi('/system/limits', {
        query: { workspace_id: workspace.id },
        schema: limitsSchema,
        signal,
      }),
  });
  if (limits.error && !limits.data) {
    return (
      <ErrorState title={limitWords.failed} onRetry={() => void limits.refetch()}>
        {limits.error.message}
      </ErrorState>
    );
  }
  if (!limits.data) return <PanelSkeleton label={limitWords.loading} lines={4} />;
  return <LimitsView limits={limits.data} nameOf={nameOf} />;
}

interface LimitsViewProps {
  limits: Limits;
  /** How the provider of a connector is called. */
  nameOf?: (connector: string) => string;
}

const asItIs = (connector: string): string => connector;

/** The panels themselves, without asking anybody. */
export function LimitsView({ limits, nameOf = asItIs }: LimitsViewProps) {
  return (
    <>
      <Panel title={limitWords.title} padding="flush">
        {limits.connections.length === 0 ? (
          <p className="px-4 py-2.5 text-mut">{limitWords.empty}</p>
        ) : (
          <ul className="divide-y divide-line">
            {limits.connections.map((one) => (
              <LimitsRow key={one.id} limits={one} provider={nameOf(one.connector)} />
            ))}
          </ul>
        )}
      </Panel>
      <Panel title={limitWords.bounds} padding="flush">
        <dl className="divide-y divide-line">
          {limits.bulkheads.map((bulkhead) => (
            <Bound
              key={bulkhead.name}
              name={limitWords.bulkheads[bulkhead.name] ?? bulkhead.name}
              hint={limitWords.lanes(bulkhead.lanes)}
              value={limitWords.places(bulkhead)}
            />
          ))}
          <Bound
            name={limitWords.call}
            hint={limitWords.callHint}
            value={limitWords.callBounds(limits.call)}
          />
        </dl>
      </Panel>
    </>
  );
}

function Bound({ name, hint, value }: { name: string; hint: string; value: string }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 px-4 py-2.5">
      <dt className="min-w-0 flex-1">
        <span className="block font-medium">{name}</span>
        <span className="block text-meta text-mut">{hint}</span>
      </dt>
      <dd className="tabular-nums">{value}</dd>
    </div>
  );
}
