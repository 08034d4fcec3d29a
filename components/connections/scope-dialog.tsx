'use client';

import { FolderGit2 } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { EmptyState } from '@/components/ui/empty-state';
import { ErrorState } from '@/components/ui/error-state';
import { formatCount } from '@/components/ui/format-number';
import { RelativeTime } from '@/components/ui/relative-time';
import { SearchInput } from '@/components/ui/search-input';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { ListSkeleton } from '@/components/ui/skeleton';
import { showToast } from '@/components/ui/toaster';
import type { ConnectorCard, ScopeOptionRow } from '@/lib/connections/schema';
import { useAct } from './use-connections';
import { useScopes } from './use-scopes';
import { words } from './words';

interface ScopeDialogProps {
  connectionId: string;
  /** What its connector can read. */
  resources: ConnectorCard['resources'];
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** What the account sees (repositories, channels), and as of when. */
export function ScopeDialog({ resources, ...dialog }: ScopeDialogProps) {
  const [name, setName] = useState<string | null>(null);
  const resource = resources.find((one) => one.name === name) ?? resources[0];
  if (!resource) return null;
  return (
    <Dialog
      open={dialog.open}
      onOpenChange={dialog.onOpenChange}
      title={words.scopes.title}
      size="md"
    >
      <div className="grid grid-cols-1 gap-3">
        {resources.length > 1 && (
          <SegmentedControl
            label={words.scopes.resource}
            value={resource.name}
            onValueChange={setName}
            segments={resources.map((one) => ({ value: one.name, label: one.title }))}
          />
        )}
        <ScopeChoice key={resource.name} {...dialog} resource={resource} />
      </div>
    </Dialog>
  );
}

type ScopeChoiceProps = Omit<ScopeDialogProps, 'resources'> & {
  resource: ConnectorCard['resources'][number];
};

function ScopeChoice({ connectionId, resource, open, onOpenChange }: ScopeChoiceProps) {
  const { scopes, refresh } = useScopes(connectionId, resource.name, open);
  const [query, setQuery] = useState('');
  const act = useAct((message) =>
    showToast({ tone: 'bad', title: 'It was not added', description: message }),
  );
  const found = (scopes.data?.data ?? []).filter((scope) =>
    scope.title.toLowerCase().includes(query.trim().toLowerCase()),
  );
  const add = (scope: ScopeOptionRow) =>
    act.mutate(
      {
        method: 'POST',
        path: '/streams',
        json: { connection_id: connectionId, resource: resource.name, scope_key: scope.key },
      },
      { onSuccess: () => onOpenChange(false) },
    );
  return (
    <div className="grid grid-cols-1 gap-3">
      <SearchInput
        label={words.scopes.search(resource.scope_title)}
        value={query}
        onValueChange={setQuery}
        shortcut={null}
      />
      {scopes.data && (
        <div className="flex items-center gap-2 text-meta text-mut">
          <span className="flex-1">
            {scopes.data.state === 'stale' ? words.scopes.refreshing : words.scopes.asOf}{' '}
            <RelativeTime value={scopes.data.as_of} />
          </span>
          <Button
            size="sm"
            variant="ghost"
            busy={refresh.isPending}
            onClick={() =>
              refresh.mutate(undefined, {
                onError: (error) =>
                  showToast({
                    tone: 'bad',
                    title: words.scopes.notRefreshed,
                    description: error.message,
                  }),
              })
            }
          >
            {words.scopes.refresh}
          </Button>
        </div>
      )}
      {scopes.error ? (
        <ErrorState
          title={words.scopes.failed}
          onRetry={() => void scopes.refetch()}
          retrying={scopes.isFetching}
        >
          {scopes.error.message}
        </ErrorState>
      ) : scopes.isPending ? (
        <ListSkeleton label="Asking the service" />
      ) : found.length === 0 ? (
        <EmptyState
          icon={<FolderGit2 aria-hidden="true" />}
          title={words.scopes.empty(resource.scope_title)}
        >
          Nothing matches these words.
        </EmptyState>
      ) : (
        <ul className="grid max-h-96 grid-cols-1 gap-1 overflow-y-auto">
          {found.map((scope) => (
            <li
              key={scope.key}
              className="flex flex-wrap items-center gap-3 rounded-md px-2 py-2 hover:bg-hover"
            >
              <span className="min-w-0 flex-1 basis-40">
                <span className="block truncate font-medium">{scope.title}</span>
                <span className="block truncate text-meta text-mut">
                  {[
                    scope.estimate === null ? null : `about ${formatCount(scope.estimate)} open`,
                    scope.detail,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </span>
              {!scope.can_write && <Badge tone="warn">read only</Badge>}
              {scope.stream_id ? (
                <Badge tone="ok">{words.scopes.added}</Badge>
              ) : (
                <Button
                  size="sm"
                  busy={
                    act.isPending &&
                    (act.variables.json as { scope_key?: string }).scope_key === scope.key
                  }
                  aria-label={`${words.scopes.add} ${scope.title}`}
                  onClick={() => add(scope)}
                >
                  {words.scopes.add}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
