'use client';

import { PencilLine, RotateCcw, Sparkles } from 'lucide-react';
import { IconButton } from '@/components/ui/icon-button';
import { editorWords, fieldName } from './editor-words';
import type { Cell } from './mapping';

const text = editorWords.mapping;

/** Where the rule comes from, and the way back to the suggestion. */
export function MappingWhy({
  id,
  cell,
  side,
  onReset,
}: {
  id: string;
  cell: Cell;
  side: string;
  onReset: () => void;
}) {
  const said = cell.isSuggested ? (cell.suggested?.reason ?? cell.gap) : cell.gap;
  return (
    <div className="mt-1 flex min-h-5 items-start gap-1.5 text-meta">
      <p id={id} className="flex min-w-0 flex-1 items-start gap-1.5 text-dim">
        {cell.isSuggested && said && (
          <Sparkles aria-hidden="true" className="mt-0.5 size-3 shrink-0 text-violet" />
        )}
        {!cell.isSuggested && (
          <PencilLine aria-hidden="true" className="mt-0.5 size-3 shrink-0 text-accent" />
        )}
        <span className="min-w-0">
          {cell.isSuggested ? (
            said && (
              <>
                {cell.suggested && <span className="sr-only">{text.suggested}: </span>}
                {said}
              </>
            )
          ) : (
            <>
              {text.changed}
              {said && ` · ${said}`}
            </>
          )}
        </span>
      </p>
      {!cell.isSuggested && (
        <IconButton
          size="sm"
          className="-my-1"
          label={text.resetOf(fieldName(cell.rule.field), side)}
          icon={<RotateCcw aria-hidden="true" />}
          onClick={onReset}
        />
      )}
    </div>
  );
}
