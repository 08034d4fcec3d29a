import { Fragment } from 'react';
import {
  type Health,
  healthColors,
  healthDashes,
  healthWords,
} from '@/components/board/board-model';
import { cn } from '@/components/ui/class-names';
import { ProviderMark } from '@/components/ui/provider-mark';

export interface StripJack {
  id: string;
  /** The service. */
  name: string;
  /** What of it: the stream. */
  sub: string;
}

export interface FlowStripProps {
  jacks: readonly StripJack[];
  health: Health;
  /** On the first cable: how much is joined. */
  note?: string | undefined;
  className?: string | undefined;
}

/** A flow as a piece of the patchbay: its jacks in order, a cable between each two. */
export function FlowStrip({ jacks, health, note, className }: FlowStripProps) {
  return (
    <div className={cn('@container', className)}>
      <ul aria-label={jacks.map(({ name }) => name).join(' – ')} className="flex items-stretch">
        {jacks.map((jack, index) => (
          <Fragment key={jack.id}>
            {index > 0 && <Cable health={health} note={index === 1 ? note : undefined} />}
            <li className="min-w-0 flex-[3_1_0] @lg:max-w-64">
              <Jack jack={jack} />
            </li>
          </Fragment>
        ))}
      </ul>
      <span className="sr-only">{healthWords[health]}</span>
    </div>
  );
}

function Jack({ jack }: { jack: StripJack }) {
  return (
    <span className="flex h-full min-h-14 items-center gap-2.5 rounded-lg border border-line-2 bg-raise px-2.5 py-2 shadow-rest @lg:px-3.5">
      <ProviderMark name={jack.name} size="sm" className="@max-xs:hidden" />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{jack.name}</span>
        <span className="block truncate text-meta text-mut" title={jack.sub}>
          {jack.sub}
        </span>
      </span>
    </span>
  );
}

/** Stretches with its room; the sockets keep their form and so are no part of the drawing. */
function Cable({ health, note }: { health: Health; note: string | undefined }) {
  const color = healthColors[health];
  return (
    <li aria-hidden="true" className="relative min-w-7 flex-[2_1_0]">
      <svg
        aria-hidden="true"
        viewBox="0 0 100 40"
        preserveAspectRatio="none"
        className="absolute inset-x-0 top-1/2 h-10 w-full -translate-y-1/2 overflow-visible"
      >
        <path
          d="M0,20 C32,38 68,38 100,20"
          fill="none"
          stroke="var(--color-shade)"
          strokeWidth="5"
          vectorEffect="non-scaling-stroke"
          transform="translate(0 3)"
          className="blur-[3px]"
        />
        <path
          d="M0,20 C32,38 68,38 100,20"
          fill="none"
          stroke={color}
          strokeWidth="2.5"
          strokeLinecap="round"
          strokeDasharray={health === 'idle' ? '2 7' : healthDashes[health]}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      {(['left-0', 'left-full'] as const).map((end) => (
        <span
          key={end}
          style={{ borderColor: color }}
          className={cn(
            'absolute top-1/2 grid size-4 -translate-x-1/2 -translate-y-1/2 place-items-center rounded-full border-2 bg-bg',
            end,
          )}
        >
          {health !== 'idle' && (
            <span style={{ background: color }} className="size-1.5 rounded-full" />
          )}
        </span>
      ))}
      {note && (
        <span className="absolute top-0 left-1/2 -translate-x-1/2 whitespace-nowrap rounded-full border border-line bg-panel px-2 py-px text-micro text-mut @max-xl:hidden">
          {note}
        </span>
      )}
    </li>
  );
}
