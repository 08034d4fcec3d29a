'use client';

import { useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { showToast } from '@/components/ui/toaster';
import { type Plan, type PlanRow, planRowSchema } from '@/lib/flows/schema';
import type { SideNames } from './plan-view';
import { planWords } from './plan-words';
import { RowRecord } from './row-record';
import { useFlowWrite } from './use-flows';

const text = planWords.row;
const nobody = 'nobody';

/** One of the candidates, or none of them. */
export function PlanCandidates({
  plan,
  row,
  sides,
  isOpen,
}: {
  plan: Plan;
  row: PlanRow;
  sides: SideNames;
  /** It can still be decided. */
  isOpen: boolean;
}) {
  const id = useId();
  const stored = row.choice ? (row.choice.record_id ?? nobody) : null;
  const [picked, pick] = useState<string | null>(stored);
  const choose = useFlowWrite(planRowSchema);
  const options = [
    ...row.others.map((other) => ({ value: other.record_id, other })),
    { value: nobody, other: null },
  ];
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        choose.mutate(
          {
            method: 'PUT',
            path: `/flow-plans/${plan.id}/rows/${row.ordinal}/choice`,
            json: { record_id: picked === nobody ? null : picked },
          },
          { onSuccess: () => showToast({ tone: 'ok', title: text.chosen }) },
        );
      }}
    >
      <fieldset className="grid gap-2" disabled={!isOpen}>
        <legend className="mb-2 font-semibold">{text.candidates}</legend>
        {options.map(({ value, other }) => (
          <label
            key={value}
            htmlFor={`${id}-${value}`}
            className="flex items-start gap-2.5 rounded-md border border-line-2 px-3 py-2 has-checked:border-accent/60 has-checked:bg-accent/6"
          >
            <input
              id={`${id}-${value}`}
              type="radio"
              name={id}
              checked={picked === value}
              onChange={() => pick(value)}
              className="mt-0.5 size-4 shrink-0 accent-accent"
            />
            {other ? (
              <span className="min-w-0">
                <RowRecord other={other} sides={sides} />
                <span className="block text-dim text-meta">{sides.of(other.stream_id)}</span>
              </span>
            ) : (
              <span>
                {text.nobody}
                <span className="block text-dim text-meta">{text.nobodyHint}</span>
              </span>
            )}
          </label>
        ))}
      </fieldset>
      {stored === null && <p className="text-dim text-meta">{text.undecided}</p>}
      {isOpen && (
        <div>
          <Button
            type="submit"
            variant="primary"
            busy={choose.isPending}
            disabled={picked === null || picked === stored}
          >
            {text.choose}
          </Button>
        </div>
      )}
    </form>
  );
}
