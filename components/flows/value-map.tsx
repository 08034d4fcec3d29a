'use client';

import { ArrowLeftRight, Plus, X } from 'lucide-react';
import { useId } from 'react';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { mappedValues, type Transform } from '@/lib/sync/schema';
import { editorWords, fieldName } from './editor-words';
import { guessPairs, isListField, valuesHere } from './mapping';
import type { TransformEditorProps } from './transform-editor';

const text = editorWords.values;
type Values = Extract<Transform, { type: 'values' }>;
type Pair = Values['pairs'][number];

/** Pairs of values: left as the record holds it, right as the service does. */
export function ValueMap({ transform, cell, kind, side, onChange }: TransformEditorProps<Values>) {
  const id = useId();
  const { pairs, otherwise } = transform;
  const here = valuesHere(kind, cell.rule.field);
  const missing = guessPairs(cell, kind).filter(
    (guess) => !pairs.some((pair) => pair.there === guess.there),
  );
  const setPairs = (next: Pair[]) => onChange({ ...transform, pairs: next });
  const setPair = (at: number, part: Partial<Pair>) =>
    setPairs(pairs.map((pair, index) => (index === at ? { ...pair, ...part } : pair)));
  const isFull = pairs.length >= mappedValues;
  return (
    <fieldset
      aria-label={text.title(fieldName(cell.rule.field), side)}
      className="min-w-0 rounded-md border border-line bg-raise p-2.5"
    >
      <datalist id={`${id}-here`}>
        {here.map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <datalist id={`${id}-there`}>
        {cell.values.map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <div
        aria-hidden="true"
        className="mb-1 grid grid-cols-[1fr_1rem_1fr_1.75rem] gap-2 text-dim text-meta"
      >
        <span>{text.here}</span>
        <span />
        <span className="truncate">{text.there(side)}</span>
      </div>
      <ul className="grid max-h-80 gap-1.5 overflow-y-auto">
        {[...pairs.entries()].map(([at, pair]) => (
          <PairRow
            key={at}
            at={at}
            pair={pair}
            side={side}
            lists={{
              here: here.length > 0 ? `${id}-here` : undefined,
              there: cell.values.length > 0 ? `${id}-there` : undefined,
            }}
            onChange={(part) => setPair(at, part)}
            onRemove={() => setPairs(pairs.filter((_, index) => index !== at))}
          />
        ))}
        {pairs.length === 0 && <li className="text-dim">{text.none}</li>}
      </ul>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Button
          size="sm"
          disabled={isFull}
          icon={<Plus aria-hidden="true" />}
          onClick={() => setPairs([...pairs, { here: '', there: '' }])}
        >
          {text.add}
        </Button>
        {missing.length > 0 && (
          <Button
            size="sm"
            variant="ghost"
            onClick={() => setPairs([...pairs, ...missing].slice(0, mappedValues))}
          >
            {text.fill(missing.length)}
          </Button>
        )}
        <span className="ml-auto flex items-center gap-2 text-meta text-mut">
          {text.otherwise}
          <Select
            className="w-36"
            label={text.otherwise}
            value={otherwise}
            onValueChange={(next) => onChange({ ...transform, otherwise: next })}
            options={(['keep', 'skip'] as const).map((value) => ({
              value,
              label: text.others[value],
            }))}
          />
        </span>
        {isListField(kind, cell.rule.field) && (
          <OfSeveral transform={transform} onChange={onChange} />
        )}
      </div>
    </fieldset>
  );
}

/** Which items of a list go there, where the service may hold only one. */
function OfSeveral({
  transform: { only, ...rest },
  onChange,
}: {
  transform: Values;
  onChange: (transform: Values) => void;
}) {
  return (
    <span className="flex items-center gap-2 text-meta text-mut">
      {text.of}
      <Select
        className="w-52"
        label={text.of}
        value={only ?? 'all'}
        onValueChange={(next) => onChange(next === 'first' ? { ...rest, only: next } : rest)}
        options={(['all', 'first'] as const).map((value) => ({
          value,
          label: text.ofSeveral[value],
        }))}
      />
    </span>
  );
}

/** Pairs have no name of their own: each is known by its place, and one that is typed into keeps it. */
function PairRow({
  at,
  pair,
  side,
  lists,
  onChange,
  onRemove,
}: {
  at: number;
  pair: Pair;
  side: string;
  /** Ids of the values that are offered. */
  lists: { here: string | undefined; there: string | undefined };
  onChange: (part: Partial<Pair>) => void;
  onRemove: () => void;
}) {
  return (
    <li className="grid grid-cols-[1fr_1rem_1fr_1.75rem] items-center gap-2">
      <Input
        aria-label={text.pair(at, text.here)}
        list={lists.here}
        value={pair.here}
        maxLength={200}
        onChange={(event) => onChange({ here: event.target.value })}
      />
      <ArrowLeftRight aria-hidden="true" className="size-3.5 text-dim" />
      <Input
        aria-label={text.pair(at, text.there(side))}
        list={lists.there}
        value={pair.there}
        maxLength={200}
        onChange={(event) => onChange({ there: event.target.value })}
      />
      <IconButton
        size="sm"
        label={text.remove(at)}
        icon={<X aria-hidden="true" />}
        onClick={onRemove}
      />
    </li>
  );
}
