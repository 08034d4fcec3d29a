import { Button } from '@/components/ui/button';
import type { Conflict } from '@/lib/records/schema';
import { mayChoose, offered } from './conflict-view';
import type { Settling } from './use-settling';
import { words } from './words';

interface BulkProps {
  selected: readonly Conflict[];
  settling: Settling;
  onClear: () => void;
}

/** One answer for what is selected. */
export function BulkBar({ selected, settling, onClear }: BulkProps) {
  if (selected.length === 0) return null;
  return (
    <div
      role="toolbar"
      aria-label={words.bulk.selected(selected.length)}
      className="sticky bottom-3 z-10 mx-auto flex flex-wrap items-center gap-2 rounded-lg border border-line-2 bg-panel px-4 py-2 shadow-pop max-md:bottom-18"
    >
      <span className="font-medium">{words.bulk.selected(selected.length)}</span>
      {offered.map((choice) => (
        <Button
          key={choice}
          size="sm"
          disabled={!selected.some((conflict) => mayChoose(conflict, choice))}
          onClick={() => {
            settling.choose(
              selected.filter((conflict) => mayChoose(conflict, choice)),
              choice,
            );
            onClear();
          }}
        >
          {words.choose[choice]}
        </Button>
      ))}
      <Button size="sm" variant="ghost" onClick={onClear}>
        {words.bulk.clear}
      </Button>
    </div>
  );
}
