'use client';

import { LayoutList, SearchX } from 'lucide-react';
import type { Route } from 'next';
import { useState } from 'react';
import { useMay, useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { LinkButton } from '@/components/ui/link-button';
import { historyWords } from './history-words';
import { MissingDialog } from './missing-dialog';
import { words } from './words';

/** Nothing is there yet, or nothing fits: two different sentences and next steps. */
export function RecordsEmpty({
  isFiltered,
  wanted,
  onClear,
}: {
  isFiltered: boolean;
  /** What was searched for. */
  wanted: string;
  onClear: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const { home } = useSession();
  const mayConnect = useMay('admin');
  if (isFiltered) {
    return (
      <>
        <EmptyState
          icon={<SearchX aria-hidden="true" />}
          title={words.none.title}
          action={
            <span className="flex flex-wrap justify-center gap-2">
              <Button onClick={onClear}>{words.none.action}</Button>
              <Button onClick={() => setAsking(true)}>{historyWords.missing.action}</Button>
            </span>
          }
        >
          {words.none.body}
        </EmptyState>
        {isAsking && <MissingDialog text={wanted} onClose={() => setAsking(false)} />}
      </>
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
