'use client';

import { Input } from '@/components/ui/input';
import { SegmentedControl } from '@/components/ui/segmented-control';
import type { Kind } from '@/lib/kinds/index';
import type { Transform } from '@/lib/sync/schema';
import { editorWords } from './editor-words';
import type { Cell } from './mapping';
import { ValueMap } from './value-map';

const text = editorWords.values;

export interface TransformEditorProps<T extends Transform> {
  transform: T;
  cell: Cell;
  kind: Kind;
  side: string;
  onChange: (transform: Transform) => void;
}

/** What a transform needs to know, if it needs anything. */
export function TransformEditor(props: TransformEditorProps<Transform>) {
  const { transform, onChange } = props;
  switch (transform.type) {
    case 'values':
      return <ValueMap {...props} transform={transform} />;
    case 'prefix':
      return (
        <Input
          mono
          className="max-w-60"
          aria-label={text.prefix}
          placeholder="[web] "
          maxLength={80}
          value={transform.text}
          onChange={(event) => onChange({ ...transform, text: event.target.value })}
        />
      );
    case 'case':
      return (
        <SegmentedControl
          label={text.letters}
          value={transform.to}
          onValueChange={(to) => onChange({ ...transform, to })}
          segments={(['lower', 'upper'] as const).map((value) => ({
            value,
            label: text.cases[value],
          }))}
        />
      );
    case 'first':
    case 'list':
      return null;
  }
}
