import { cn } from '@/components/ui/class-names';
import { formatCount } from '@/components/ui/format-number';
import { type Tone, toneText } from '@/components/ui/tone';
import type { Plan } from '@/lib/flows/schema';
import { planWords as text } from './plan-words';

const tones: Record<keyof Plan['counts'], Tone | null> = {
  joins: null,
  creates: null,
  updates: null,
  conflicts: 'warn',
  reviews: 'warn',
  deletes: null,
};
const order = ['joins', 'creates', 'updates', 'conflicts', 'reviews', 'deletes'] as const;

/** What is over costs nothing any more. */
const isAhead: Record<Plan['status'], boolean> = {
  queued: true,
  making: true,
  ready: true,
  enabling: true,
  done: false,
  cancelled: false,
  failed: false,
  void: false,
};

/** The plan in six numbers, and what it costs. */
export function PlanSummary({ plan }: { plan: Plan }) {
  return (
    <div className="grid gap-3">
      <dl className="grid grid-cols-3 gap-x-4 gap-y-3 sm:flex sm:flex-wrap sm:gap-x-9">
        {order.map((name) => {
          const count = plan.counts[name];
          const tone = tones[name];
          return (
            <div key={name} title={text.countHints[name]} className="flex flex-col-reverse">
              <dt className="text-meta text-mut">{text.counts[name]}</dt>
              <dd
                className={cn(
                  'font-semibold text-figure tracking-[-0.02em]',
                  count === 0 ? 'text-dim' : tone && toneText[tone],
                )}
              >
                {formatCount(count)}
              </dd>
            </div>
          );
        })}
      </dl>
      {plan.estimate && isAhead[plan.status] && (
        <p className="text-mut">
          {plan.estimate.calls === 0 ? text.noCalls : text.estimate(plan.estimate)}
        </p>
      )}
    </div>
  );
}
