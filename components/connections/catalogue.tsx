'use client';

import { ArrowLeftRight } from 'lucide-react';
import type { Route } from 'next';
import { useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/error-state';
import { LinkButton } from '@/components/ui/link-button';
import { ProviderMark } from '@/components/ui/provider-mark';
import { SearchInput } from '@/components/ui/search-input';
import { ListSkeleton } from '@/components/ui/skeleton';
import { showToast } from '@/components/ui/toaster';
import type { ConnectorCard } from '@/lib/connections/schema';
import { useAuthorize, useConnectors } from './use-connections';
import { words } from './words';

/** What can be connected, with what each connector can do and cannot. */
export function Catalogue({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const connectors = useConnectors();
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase();
  const found = (connectors.data?.data ?? []).filter((one) =>
    `${one.provider} ${one.category} ${one.summary}`.toLowerCase().includes(wanted),
  );
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={words.catalogue.title} size="lg">
      <div className="grid grid-cols-1 gap-4">
        <SearchInput
          label={words.catalogue.search}
          value={query}
          onValueChange={setQuery}
          shortcut={null}
        />
        {connectors.error ? (
          <ErrorState title={words.failed} onRetry={() => void connectors.refetch()}>
            {connectors.error.message}
          </ErrorState>
        ) : connectors.isPending ? (
          <ListSkeleton label="The catalogue is loading" />
        ) : (
          <ul className="grid grid-cols-1 gap-3">
            {found.map((connector) => (
              <Card key={connector.name} connector={connector} />
            ))}
            {found.length === 0 && (
              <li className="py-8 text-center text-mut">{words.catalogue.none}</li>
            )}
          </ul>
        )}
      </div>
    </Dialog>
  );
}

function Card({ connector }: { connector: ConnectorCard }) {
  const { home } = useSession();
  const authorize = useAuthorize((message) =>
    showToast({ tone: 'bad', title: 'Connecting did not start', description: message }),
  );
  return (
    <li className="flex flex-wrap items-start gap-4 rounded-lg border border-line bg-panel p-4">
      <ProviderMark name={connector.provider} />
      <div className="min-w-0 flex-1 basis-60">
        <h3 className="font-semibold">{connector.provider}</h3>
        <p className="text-mut">{connector.summary}</p>
        <ul className="mt-2 grid gap-1 text-meta">
          {connector.resources.map((resource) => (
            <li key={resource.name} className="flex items-start gap-1.5">
              <ArrowLeftRight aria-hidden="true" className="mt-0.5 size-3.5 shrink-0 text-ok" />
              <span>
                <strong className="font-medium">{resource.title}</strong>{' '}
                <span className="text-mut">{words.catalogue.can(resource.writable)}</span>
              </span>
            </li>
          ))}
        </ul>
        {connector.gaps.length > 0 && (
          <details className="mt-2 text-meta text-mut">
            <summary>What it cannot do</summary>
            <ul className="mt-1 list-disc pl-5">
              {connector.gaps.map((gap) => (
                <li key={gap}>{gap}</li>
              ))}
            </ul>
          </details>
        )}
        {connector.app?.is_preset && (
          <p className="mt-2 text-meta text-dim">{words.catalogue.preset}</p>
        )}
        {!connector.app && <p className="mt-2 text-meta text-warn">{words.catalogue.needsApp}</p>}
      </div>
      {connector.app ? (
        <Button
          variant="primary"
          busy={authorize.isPending || authorize.isSuccess}
          onClick={() =>
            authorize.mutate({ connector: connector.name, return_to: `${home}/connections` })
          }
        >
          Connect {connector.provider}
        </Button>
      ) : (
        <LinkButton href={`${home}/settings?tab=apps&connector=${connector.name}` as Route}>
          {words.catalogue.setUp}
        </LinkButton>
      )}
    </li>
  );
}
