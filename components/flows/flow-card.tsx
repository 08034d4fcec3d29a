'use client';

import { Ellipsis, Eye, Pause, Play, SlidersHorizontal, Trash2 } from 'lucide-react';
import type { Route } from 'next';
import Link from 'next/link';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useMay, useSession } from '@/components/shell/use-session';
import { IconButton } from '@/components/ui/icon-button';
import { Menu, type MenuItem } from '@/components/ui/menu';
import type { Flow } from '@/lib/flows/schema';
import { useFlowActs } from './flow-actions';
import { FlowFigures } from './flow-figures';
import { FlowStatus } from './flow-marks';
import { FlowStrip } from './flow-strip';
import { healthOf, sidesInOrder } from './flow-view';
import { words } from './words';

/** One flow in the list: what it joins, how it is, how much crossed. */
export function FlowCard({ flow }: { flow: Flow }) {
  const { home } = useSession();
  const nameOf = useProviderName();
  const mayEdit = useMay('editor');
  const { ask, dialog } = useFlowActs(flow);
  const at = `${home}/flows/${flow.id}`;
  return (
    <article
      aria-labelledby={`flow-${flow.id}`}
      className="relative grid gap-4 rounded-lg border border-line bg-panel p-4 shadow-rest transition-colors hover:border-line-2"
    >
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <h2 id={`flow-${flow.id}`} className="min-w-0 truncate font-semibold text-lead">
          <Link
            href={at as Route}
            // The whole card is the link's; what can be pressed in it lies above.
            className="rounded-sm after:absolute after:inset-0 after:rounded-lg"
          >
            {flow.name}
          </Link>
        </h2>
        <FlowStatus status={flow.status} />
        <span className="min-w-0 flex-1 truncate text-meta text-mut max-sm:hidden">
          {words.kinds[flow.kind]}
        </span>
        {mayEdit && (
          <span className="relative z-1 ml-auto">
            <Menu
              trigger={
                <IconButton
                  label={words.actions.more(flow.name)}
                  icon={<Ellipsis aria-hidden="true" />}
                />
              }
              groups={[{ items: itemsOf(flow, at, ask) }]}
            />
          </span>
        )}
      </div>
      <FlowStrip
        jacks={sidesInOrder(flow).map((side) => ({
          id: side.stream_id,
          name: nameOf(side.connector),
          sub: side.stream_name,
        }))}
        health={healthOf(flow)}
        note={words.way(flow.joined)}
      />
      <FlowFigures flow={flow} className="[&_a]:relative [&_a]:z-1" />
      {dialog}
    </article>
  );
}

function itemsOf(flow: Flow, at: string, ask: ReturnType<typeof useFlowActs>['ask']): MenuItem[] {
  return [
    {
      id: 'edit',
      label: words.actions.edit,
      icon: <SlidersHorizontal aria-hidden="true" />,
      href: `${at}/edit` as Route,
    },
    {
      id: 'plan',
      label: words.actions.plan,
      icon: <Eye aria-hidden="true" />,
      href: `${at}/plan` as Route,
    },
    ...(flow.status === 'live'
      ? [
          {
            id: 'pause',
            label: words.actions.pause,
            icon: <Pause aria-hidden="true" />,
            onSelect: () => ask('pause'),
          },
        ]
      : []),
    ...(flow.status === 'paused'
      ? [
          {
            id: 'resume',
            label: words.actions.resume,
            icon: <Play aria-hidden="true" />,
            onSelect: () => ask('resume'),
          },
        ]
      : []),
    {
      id: 'remove',
      label: words.actions.remove,
      icon: <Trash2 aria-hidden="true" />,
      danger: true,
      onSelect: () => ask('remove'),
    },
  ];
}
