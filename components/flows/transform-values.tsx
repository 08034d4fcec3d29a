'use client';

import { ListTree } from 'lucide-react';
import { useId, useState } from 'react';
import type { Kind } from '@/lib/kinds/index';
import type { FieldRule } from '@/lib/sync/schema';
import { editorWords, fieldName } from './editor-words';
import type { Cell } from './mapping';
import { TransformEditor } from './transform-editor';

/** What a transform holds: a map of values folds away, it may be long. */
export function TransformValues({
  cell,
  kind,
  side,
  isOpen,
  onChange,
}: {
  cell: Cell;
  kind: Kind;
  side: string;
  isOpen: boolean;
  onChange: (part: Partial<FieldRule>) => void;
}) {
  const id = useId();
  const [isShown, setShown] = useState(cell.rule.transform?.type === 'values' && !cell.isSuggested);
  const { field, transform } = cell.rule;
  if (!transform || transform.type === 'first' || transform.type === 'list') return null;
  const editor = (
    <TransformEditor
      transform={transform}
      cell={cell}
      kind={kind}
      side={side}
      onChange={(next) => onChange({ transform: next })}
    />
  );
  if (transform.type !== 'values') return <div className="mt-2">{editor}</div>;
  const open = isShown || isOpen;
  return (
    <div className="mt-1.5">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        aria-label={editorWords.values.show(fieldName(field), side)}
        onClick={() => setShown(!open)}
        className="inline-flex min-h-6 items-center gap-1.5 rounded-sm text-accent text-meta hover:underline"
      >
        <ListTree aria-hidden="true" className="size-3.5" />
        {editorWords.values.count(transform.pairs.length)}
      </button>
      <div id={id} hidden={!open} className="mt-1.5">
        {open && editor}
      </div>
    </div>
  );
}
