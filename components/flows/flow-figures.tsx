'use client';

import type { Route } from 'next';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { useSession } from '@/components/shell/use-session';
import { cn } from '@/components/ui/class-names';
import { formatUpTo } from '@/components/ui/format-number';
import { type Tone, toneText } from '@/components/ui/tone';
import { type Flow, flowCountMost } from '@/lib/flows/schema';
import { conflictsPath } from './flow-view';
import { words } from './words';

const figure = (value: number): string => formatUpTo(value, flowCountMost);

/** How much is joined, owed, disputed and refused, and the way to the plan. */
export function FlowFigures({ flow, className }: { flow: Flow; className?: string }) {
  const { home } = useSession();
  const at = `${home}/flows/${flow.id}`;
  return (
    <dl className={cn('flex flex-wrap gap-x-7 gap-y-2', className)}>
      <Figure name="joined" value={figure(flow.joined)} />
      <Figure name="owed" value={figure(flow.owed)} tone={flow.owed > 0 ? 'accent' : null} />
      {flow.unknown > 0 && <Figure name="unknown" value={figure(flow.unknown)} tone="warn" />}
      <Figure
        name="conflicts"
        value={figure(flow.conflicts)}
        tone={flow.conflicts > 0 ? 'warn' : null}
        href={flow.conflicts > 0 ? conflictsPath(home, flow.id) : undefined}
      />
      <Figure
        name="refused"
        value={figure(flow.refused)}
        tone={flow.refused > 0 ? 'bad' : null}
        href={flow.refused > 0 ? `${at}#owed` : undefined}
      />
      <Figure
        name="plan"
        value={flow.plan_id ? words.seePlan : words.noPlan}
        href={flow.plan_id ? `${at}/plan` : undefined}
      />
    </dl>
  );
}

function Figure({
  name,
  value,
  tone = null,
  href,
}: {
  name: keyof typeof words.figures;
  value: ReactNode;
  tone?: Tone | null;
  href?: string | undefined;
}) {
  const look = cn('font-medium', tone && toneText[tone], name === 'plan' && 'font-normal');
  return (
    <div title={name === 'plan' ? undefined : words.figureHints[name]}>
      <dt className="text-dim text-micro">{words.figures[name]}</dt>
      <dd>
        {href ? (
          <Link
            href={href as Route}
            className={cn(
              look,
              'underline decoration-line-2 underline-offset-3 hover:decoration-current',
            )}
          >
            {value}
          </Link>
        ) : (
          <span className={cn(look, name === 'plan' && 'text-dim')}>{value}</span>
        )}
      </dd>
    </div>
  );
}
