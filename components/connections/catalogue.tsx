'use client';

import { ArrowLeft } from 'lucide-react';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { ErrorState } from '@/components/ui/error-state';
import { SearchInput } from '@/components/ui/search-input';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { ListSkeleton } from '@/components/ui/skeleton';
import type { AuthModeCard, ConnectorCard as Card } from '@/lib/connections/schema';
import { ConnectForm } from './connect-form';
import { ConnectorCard } from './connector-card';
import { ListenForm } from './listen-form';
import { useConnectors } from './use-connections';
import { words } from './words';

const text = words.catalogue;
const everything = 'all';

interface CatalogueProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** What can be connected; a key or password is asked for in the same place. */
export function Catalogue({ open, onOpenChange }: CatalogueProps) {
  const { home } = useSession();
  const router = useRouter();
  const [chosen, setChosen] = useState<{ connector: Card; mode: AuthModeCard } | null>(null);
  const toggle = (isOpen: boolean) => {
    setChosen(null);
    onOpenChange(isOpen);
  };
  const show = (connectionId: string) => {
    setChosen(null);
    router.push(`${home}/connections/${connectionId}` as Route);
  };
  const title = chosen ? text.connecting(chosen.connector.provider) : text.title;
  return (
    <Dialog open={open} onOpenChange={toggle} title={title} size="lg">
      {chosen ? (
        <div className="grid grid-cols-1 gap-4">
          <div>
            <Button
              size="sm"
              variant="ghost"
              icon={<ArrowLeft aria-hidden="true" />}
              onClick={() => setChosen(null)}
            >
              {text.back}
            </Button>
          </div>
          {chosen.mode.kind === 'webhook' ? (
            <ListenForm connector={chosen.connector} onConnected={show} />
          ) : (
            <ConnectForm {...chosen} onConnected={({ id }) => show(id)} />
          )}
        </div>
      ) : (
        <Choice onPaste={(connector, mode) => setChosen({ connector, mode })} />
      )}
    </Dialog>
  );
}

function Choice({ onPaste }: { onPaste: (connector: Card, mode: AuthModeCard) => void }) {
  const connectors = useConnectors();
  const [query, setQuery] = useState('');
  const [category, setCategory] = useState(everything);
  const all = connectors.data?.data ?? [];
  const categories = [...new Set(all.map((one) => one.category))].sort();
  const wanted = query.trim().toLowerCase();
  const found = all.filter(
    (one) =>
      (category === everything || one.category === category) && searchedText(one).includes(wanted),
  );
  return (
    <div className="grid grid-cols-1 gap-4">
      <SearchInput label={text.search} value={query} onValueChange={setQuery} shortcut={null} />
      {categories.length > 1 && (
        <SegmentedControl
          label={text.category}
          value={category}
          onValueChange={setCategory}
          segments={[everything, ...categories].map((value) => ({
            value,
            label: text.categories[value] ?? value,
          }))}
        />
      )}
      {connectors.error ? (
        <ErrorState title={words.failed} onRetry={() => void connectors.refetch()}>
          {connectors.error.message}
        </ErrorState>
      ) : connectors.isPending ? (
        <ListSkeleton label="The catalogue is loading" />
      ) : (
        <ul className="grid grid-cols-1 gap-3">
          {found.map((connector) => (
            <ConnectorCard
              key={connector.name}
              connector={connector}
              onPaste={(mode) => onPaste(connector, mode)}
            />
          ))}
          {found.length === 0 && <li className="py-8 text-center text-mut">{text.none}</li>}
        </ul>
      )}
    </div>
  );
}

/** Also by what can be read there: whoever looks for "payments" need not know the company. */
const searchedText = (one: Card): string =>
  [
    one.provider,
    one.category,
    one.summary,
    ...one.resources.flatMap(({ title, kind }) => [title, kind]),
  ]
    .join(' ')
    .toLowerCase();
