import { Unplug } from 'lucide-react';
import type { Metadata, Route } from 'next';
import { EmptyState } from '@/components/ui/empty-state';
import { LinkButton } from '@/components/ui/link-button';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        icon={<Unplug aria-hidden="true" />}
        heading="h1"
        title="Nothing is plugged in here"
        action={
          <LinkButton href={'/' as Route} variant="primary">
            Go to the Board
          </LinkButton>
        }
      >
        The page does not exist, or you may not see it.
      </EmptyState>
    </main>
  );
}
