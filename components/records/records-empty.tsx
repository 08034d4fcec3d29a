'use client';

import { LayoutList, SearchX } from 'lucide-react';
import type { Route } from 'next';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { LinkButton } from '@/components/ui/link-button';
import { words } from './words';

/** Nothing is there yet, or nothing fits: two different sentences and next steps. */
export function RecordsEmpty({
  isFiltered,
  onClear,
}: {
  isFiltered: boolean;
  onClear: () => void;
}) {
  const { home } = useSession();
  const mayConnect = useMay('admin');
  if (isFiltered) {
    return (
      <EmptyState
        icon={<SearchX aria-hidden="true" />}
        title={words.none.title}
        action={<Button onClick={onClear}>{words.none.action}</Button>}
      >
        {words.none.body}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<LayoutList aria-hidden="true" />}
      title={words.empty.title}
      action={
        mayConnect && (
          <LinkButton href={`${home}/connections?connect=1` as Route} variant="primary">
            {words.empty.action}
          </LinkButton>
        )
      }
    >
      {words.empty.body}
    </EmptyState>
  );
}
