import { GitCompareArrows, SearchX } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import type { Conflict } from '@/lib/records/schema';
import { words } from './words';

const texts = {
  open: words.empty,
  automatic: words.emptyAutomatic,
  resolved: words.emptyResolved,
} as const;

interface EmptyProps {
  status: Conflict['status'];
  isFiltered: boolean;
  onClear: () => void;
}

/** No conflicts is good news; it says what one would be. */
export function ConflictsEmpty({ status, isFiltered, onClear }: EmptyProps) {
  if (isFiltered) {
    return (
      <EmptyState
        icon={<SearchX aria-hidden="true" />}
        title={words.none.title}
        action={<Button onClick={onClear}>{words.none.action}</Button>}
      >
        {texts[status].title}.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<GitCompareArrows aria-hidden="true" />} title={texts[status].title}>
      {texts[status].body}
    </EmptyState>
  );
}
