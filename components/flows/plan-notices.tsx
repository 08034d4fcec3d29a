'use client';

import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import type { Flow, Plan } from '@/lib/flows/schema';
import { planWords } from './plan-words';

const text = planWords.notices;

/** What stands in the way of a plan, or what became of it, with the one next step. */
export function PlanNotices({
  flow,
  plan,
  onShow,
}: {
  flow: Flow;
  plan: Plan;
  onShow: (rows: string) => void;
}) {
  switch (plan.status) {
    case 'void':
      return (
        <Notice tone="warn" title={text.void} live>
          {text.voidBody}
        </Notice>
      );
    case 'failed':
      return (
        <Notice tone="bad" title={text.failed} live>
          {plan.error?.message}
        </Notice>
      );
    case 'cancelled':
      return (
        <Notice title={text.cancelled} live>
          {text.cancelledBody}
        </Notice>
      );
    case 'ready':
      return plan.counts.reviews > 0 ? (
        <Notice
          tone="warn"
          title={text.open(plan.counts.reviews)}
          action={
            <Button size="sm" onClick={() => onShow('review')}>
              {text.decide}
            </Button>
          }
        >
          {text.openBody}
        </Notice>
      ) : null;
    case 'done':
      return <Done flow={flow} plan={plan} onShow={onShow} />;
    case 'queued':
    case 'making':
    case 'enabling':
      return null;
  }
}

function Done({ flow, plan, onShow }: { flow: Flow; plan: Plan; onShow: (rows: string) => void }) {
  const { skipped, failed } = plan;
  if (skipped + failed === 0) {
    return flow.status === 'live' ? (
      <Notice tone="ok" title={text.done} live>
        {text.doneBody(plan.done)}
      </Notice>
    ) : null;
  }
  return (
    <Notice
      tone="warn"
      title={text.trouble(skipped, failed)}
      live
      action={
        <span className="flex flex-wrap gap-2">
          {skipped > 0 && (
            <Button size="sm" onClick={() => onShow('skipped')}>
              {text.seeSkipped}
            </Button>
          )}
          {failed > 0 && (
            <Button size="sm" onClick={() => onShow('failed')}>
              {text.seeFailed}
            </Button>
          )}
        </span>
      }
    >
      {text.troubleBody}
    </Notice>
  );
}
