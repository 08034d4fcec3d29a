import { Search } from 'lucide-react';
import { Kbd } from '@/components/ui/kbd';
import { words } from './words';

/** The way to everything for those who do not know ⌘K yet. */
export function SearchButton({ onPress }: { onPress: () => void }) {
  return (
    <button
      type="button"
      onClick={onPress}
      className="flex min-h-8 w-full items-center gap-2.5 rounded-md border border-line-2 bg-panel px-2 text-left text-mut transition-colors hover:bg-hover hover:text-ink"
    >
      <Search aria-hidden="true" className="size-4 shrink-0" />
      <span className="min-w-0 flex-1 truncate">{words.searchAll}</span>
      <Kbd>⌘K</Kbd>
    </button>
  );
}
