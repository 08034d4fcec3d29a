'use client';

import { ArrowLeft, ArrowLeftRight, ArrowRight, Minus } from 'lucide-react';
import { memo, useId } from 'react';
import { cn } from '@/components/ui/class-names';
import { SegmentedControl } from '@/components/ui/segmented-control';
import { Select } from '@/components/ui/select';
import { fieldRule, type Kind, type MergePolicy } from '@/lib/kinds/index';
import { directions, type FieldRule } from '@/lib/sync/schema';
import { editorWords, fieldName } from './editor-words';
import {
  type Cell,
  freshTransform,
  isFact,
  policiesOf,
  sideFieldsOf,
  type TransformType,
  transformsOf,
} from './mapping';
import { MappingWhy } from './mapping-why';
import { isSame } from './same';
import { TransformValues } from './transform-values';

const text = editorWords.mapping;

const arrows = {
  both: <ArrowLeftRight aria-hidden="true" />,
  out: <ArrowRight aria-hidden="true" />,
  in: <ArrowLeft aria-hidden="true" />,
  none: <Minus aria-hidden="true" />,
};

export interface MappingCellProps {
  /** The place of the side. */
  index: number;
  cell: Cell;
  kind: Kind;
  /** The side as it is called. */
  side: string;
  fault: string | undefined;
  onRule: (side: number, rule: FieldRule) => void;
  onReset: (side: number, field: string) => void;
}

/** One field at one side: which way, where it stands, who wins, and what becomes of its values. */
export const MappingCell = memo(
  PlainCell,
  ({ cell, ...before }, { cell: next, ...after }) =>
    isSame(cell, next) &&
    before.kind === after.kind &&
    before.side === after.side &&
    before.index === after.index &&
    before.fault === after.fault &&
    before.onRule === after.onRule &&
    before.onReset === after.onReset,
);

function PlainCell({ index, cell, kind, side, fault, onRule, onReset }: MappingCellProps) {
  const { rule } = cell;
  const id = useId();
  const name = fieldName(rule.field);
  const travels = rule.direction !== 'none';
  const set = (part: Partial<FieldRule>) => onRule(index, { ...rule, ...part });
  return (
    <fieldset
      aria-label={`${name}, ${side}`}
      aria-describedby={fault ? `${id}-fault` : `${id}-why`}
      className={cn(
        '@container min-w-0',
        fault && '-m-2 rounded-md border border-bad/50 bg-bad/6 p-2',
      )}
    >
      <div className="grid grid-cols-2 gap-2 @md:grid-cols-[auto_repeat(3,minmax(0,1fr))]">
        <SegmentedControl
          label={text.direction(name, side)}
          value={rule.direction}
          onValueChange={(direction) => set({ direction })}
          segments={directions.map((value) => ({
            value,
            label: editorWords.directions[value],
            icon: arrows[value],
            iconOnly: true,
            disabled: isFact(kind, rule.field) && (value === 'both' || value === 'out'),
          }))}
        />
        {travels ? (
          <>
            <Select
              label={text.sideField(name, side)}
              value={rule.side_field}
              onValueChange={(side_field) => set({ side_field })}
              options={sideFieldsOf(kind, cell).map((value) => ({
                value,
                label: fieldName(value),
              }))}
            />
            <PolicySelect kind={kind} rule={rule} side={side} onChange={set} />
            <TransformSelect kind={kind} cell={cell} side={side} onChange={set} />
          </>
        ) : (
          <span className="self-center text-dim">{text.stays}</span>
        )}
      </div>
      {travels && rule.policy && (
        <p className="mt-1 text-dim text-meta">{editorWords.policies[rule.policy].hint}</p>
      )}
      {travels && (
        <TransformValues
          cell={cell}
          kind={kind}
          side={side}
          isOpen={Boolean(fault)}
          onChange={set}
        />
      )}
      {fault && (
        <p id={`${id}-fault`} role="alert" className="mt-1.5 text-bad text-meta">
          {fault}
        </p>
      )}
      <MappingWhy
        id={`${id}-why`}
        cell={cell}
        side={side}
        onReset={() => onReset(index, rule.field)}
      />
    </fieldset>
  );
}

export type SetRule = (part: Partial<FieldRule>) => void;

function PolicySelect({
  kind,
  rule,
  side,
  onChange,
}: {
  kind: Kind;
  rule: FieldRule;
  side: string;
  onChange: SetRule;
}) {
  return (
    <Select<MergePolicy | 'own'>
      label={text.policy(fieldName(rule.field), side)}
      value={rule.policy ?? 'own'}
      onValueChange={(policy) => onChange({ policy: policy === 'own' ? null : policy })}
      options={[
        {
          value: 'own',
          label: editorWords.asField,
          hint: editorWords.ownRule[fieldRule(kind, rule.field).merge],
        },
        ...policiesOf(kind, rule).map((value) => ({ value, ...editorWords.policies[value] })),
      ]}
    />
  );
}

function TransformSelect({
  kind,
  cell,
  side,
  onChange,
}: {
  kind: Kind;
  cell: Cell;
  side: string;
  onChange: SetRule;
}) {
  const { rule } = cell;
  return (
    <Select<TransformType | 'same'>
      label={text.transform(fieldName(rule.field), side)}
      value={rule.transform?.type ?? 'same'}
      onValueChange={(type) =>
        onChange({ transform: type === 'same' ? null : freshTransform(type, cell, kind) })
      }
      options={[
        { value: 'same', ...editorWords.noTransform },
        ...transformsOf(kind, rule).map((value) => ({ value, ...editorWords.transforms[value] })),
      ]}
    />
  );
}
