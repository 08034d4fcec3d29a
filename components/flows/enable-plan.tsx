'use client';

import { Power } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { type Flow, type Plan, planSchema } from '@/lib/flows/schema';
import { enableLines, inWords, type SideNames } from './plan-view';
import { planWords } from './plan-words';
import { useFlowWrite } from './use-flows';

const text = planWords.enable;

/** Asks once more, with every number of the plan, before anything is done. */
export function EnablePlan({ flow, plan, sides }: { flow: Flow; plan: Plan; sides: SideNames }) {
  const enable = useFlowWrite(planSchema, { quiet: true });
  const makers = inWords(
    flow.sides
      .filter((side) => side.creates && side.can_create)
      .map((side) => sides.of(side.stream_id)),
  );
  return (
    <ConfirmDialog
      trigger={
        <Button variant="primary" icon={<Power aria-hidden="true" />}>
          {text.action}
        </Button>
      }
      title={text.title(flow.name)}
      action={text.action}
      danger={false}
      onConfirm={async () => {
        await enable.mutateAsync({ method: 'POST', path: `/flow-plans/${plan.id}/enable` });
      }}
    >
      <p>{text.lead}</p>
      <ul className="my-2 grid list-disc gap-0.5 pl-5 text-ink">
        {enableLines(plan, makers).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {plan.estimate && plan.estimate.calls > 0 && <p>{planWords.estimate(plan.estimate)}.</p>}
      <p>
        {text.after} {text.live}
      </p>
    </ConfirmDialog>
  );
}
