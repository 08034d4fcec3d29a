'use client';

import { Plus, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { IconButton } from '@/components/ui/icon-button';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { Choices } from './choices';
import type { FieldsProps } from './destination-fields';
import type { Condition, Operator } from './form-draft';
import { OnlyStreams } from './only-streams';
import { words } from './words';

const text = words.form;
const recordKinds = Object.keys(words.recordKinds) as (keyof typeof words.recordKinds)[];
const ops = ['create', 'update', 'delete', 'restore'] as const;
const operators = Object.keys(words.operators) as Operator[];

/** Which changes it is told of: kinds, what happened, fields, and conditions on values. */
export function FilterFields({ draft, change, faults }: FieldsProps) {
  const fault = [...faults].find(([name]) => name.startsWith('filter'))?.[1];
  const setCondition = (id: number, part: Partial<Condition>) =>
    change({
      conditions: draft.conditions.map((one) => (one.id === id ? { ...one, ...part } : one)),
    });
  return (
    <fieldset className="grid min-w-0 grid-cols-1 gap-3 border-line border-t pt-3">
      <legend className="sr-only">{text.filter}</legend>
      <Choices
        label={text.recordKinds}
        options={recordKinds.map((value) => ({ value, label: words.recordKinds[value] }))}
        chosen={draft.kinds}
        onChange={(kinds) => change({ kinds })}
      />
      <Choices
        label={text.ops}
        options={ops.map((value) => ({ value, label: words.ops[value] }))}
        chosen={draft.ops}
        onChange={(chosen) => change({ ops: chosen })}
      />
      <OnlyStreams draft={draft} change={change} />
      <Field label={text.fields} hint={text.fieldsHint}>
        {(control) => (
          <Input
            {...control}
            mono
            placeholder="state, labels"
            value={draft.fields}
            onChange={(event) => change({ fields: event.target.value })}
          />
        )}
      </Field>
      <div className="grid gap-2">
        <span className="font-medium text-body">{text.conditions}</span>
        {draft.conditions.map((condition) => (
          <div key={condition.id} className="flex flex-wrap items-center gap-2">
            <Input
              mono
              aria-label={text.path}
              placeholder="after.state"
              className="min-w-32 flex-1"
              value={condition.path}
              onChange={(event) => setCondition(condition.id, { path: event.target.value })}
            />
            <Select
              className="w-32"
              label={text.operator}
              value={condition.operator}
              onValueChange={(operator) => setCondition(condition.id, { operator })}
              options={operators.map((value) => ({ value, label: words.operators[value] }))}
            />
            {condition.operator !== '$exists' && (
              <Input
                mono
                aria-label={text.value}
                placeholder="done"
                className="min-w-24 flex-1"
                value={condition.value}
                onChange={(event) => setCondition(condition.id, { value: event.target.value })}
              />
            )}
            <IconButton
              label={text.removeCondition}
              icon={<X aria-hidden="true" />}
              onClick={() =>
                change({ conditions: draft.conditions.filter(({ id }) => id !== condition.id) })
              }
            />
          </div>
        ))}
        <div>
          <Button
            size="sm"
            icon={<Plus aria-hidden="true" />}
            onClick={() =>
              change({
                conditions: [
                  ...draft.conditions,
                  {
                    id: Math.max(0, ...draft.conditions.map(({ id }) => id)) + 1,
                    path: '',
                    operator: '$eq',
                    value: '',
                  },
                ],
              })
            }
          >
            {text.addCondition}
          </Button>
        </div>
        {fault && (
          <p role="alert" className="text-bad text-meta">
            {fault}
          </p>
        )}
      </div>
    </fieldset>
  );
}
