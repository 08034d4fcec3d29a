import { Database } from 'lucide-react';
import Link from 'next/link';
import { cn } from '@/components/ui/class-names';
import { ProviderMark } from '@/components/ui/provider-mark';
import type { Density, PlacedJack } from './board-layout';
import { healthWords } from './board-model';

export interface JackCardProps {
  placed: PlacedJack;
  margin: number;
  density: Density;
  dimmed: boolean;
  onHot: (hot: boolean) => void;
}

/** Wide enough for a name on a phone, never wider than it needs; board-layout.ts repeats it. */
const widthLook = 'w-[clamp(100px,26%,240px)]';

export function JackCard({ placed, margin, density, dimmed, onHot }: JackCardProps) {
  const { jack, side, y, height } = placed;
  const store = jack.kind === 'store';
  const small = density === 'compact' || density === 'dense';
  return (
    <li
      className={cn('absolute list-none', widthLook)}
      style={{ top: y - height / 2, height, [side]: margin }}
    >
      <Link
        href={jack.href}
        onMouseEnter={() => onHot(true)}
        onMouseLeave={() => onHot(false)}
        onFocus={() => onHot(true)}
        onBlur={() => onHot(false)}
        className={cn(
          'relative flex size-full items-center overflow-hidden border bg-raise shadow-rest transition-[border-color,opacity,background-color] duration-150 hover:border-edge hover:bg-hover',
          small ? 'gap-2 rounded-md px-2' : 'gap-2 rounded-lg px-2.5 @lg:gap-3 @lg:px-3.5',
          side === 'right' && !store && 'flex-row-reverse text-right',
          store && 'flex-col items-stretch bg-linear-to-b from-panel to-raise',
          store && (side === 'right' ? 'pl-5 @lg:pl-6' : 'pr-5 @lg:pr-6'),
          store && (small ? 'justify-start py-4' : 'justify-center'),
          jack.health === 'stopped' && 'border-bad-line/70',
          jack.health === 'waiting' && 'border-warn-line/70',
          (jack.health === 'ok' || jack.health === 'idle') && 'border-line-2',
          dimmed && 'opacity-40',
        )}
      >
        {store ? (
          <StoreBody placed={placed} small={small} />
        ) : (
          <ServiceBody placed={placed} small={small} />
        )}
        {jack.progress !== undefined && <ReadingBar share={jack.progress} />}
        <span className="sr-only">, {healthWords[jack.health]}</span>
      </Link>
    </li>
  );
}

/** Along the lower edge; the words beside it say the same. */
function ReadingBar({ share }: { share: number | null }) {
  return (
    <span aria-hidden="true" className="absolute inset-x-0 bottom-0 h-1 bg-line">
      {share === null ? (
        <span className="block h-full w-2/5 animate-slide bg-accent" />
      ) : (
        <span
          className="block h-full origin-left bg-accent transition-transform duration-300 ease-out"
          style={{ transform: `scaleX(${share})` }}
        />
      )}
    </span>
  );
}

function ServiceBody({ placed, small }: { placed: PlacedJack; small: boolean }) {
  const { jack } = placed;
  return (
    <>
      <ProviderMark
        name={jack.name}
        mark={jack.mark}
        size={small ? 'xs' : 'md'}
        className={small ? undefined : '@max-lg:size-6 @max-lg:rounded-sm @max-lg:text-micro'}
      />
      <span className="min-w-0 flex-1">
        <span
          className={cn(
            'block truncate font-medium',
            small
              ? 'text-meta'
              : '@max-lg:line-clamp-2 @max-lg:whitespace-normal @max-lg:text-meta',
          )}
        >
          {jack.name}
        </span>
        {!small && (
          <span className="block truncate text-meta text-mut @max-lg:sr-only">{jack.sub}</span>
        )}
        {small && <span className="sr-only">, {jack.sub}</span>}
      </span>
    </>
  );
}

function StoreBody({ placed, small }: { placed: PlacedJack; small: boolean }) {
  const { jack } = placed;
  return (
    <span className={cn('flex flex-col gap-3', small && 'sticky top-4')}>
      <span className="flex items-center gap-2.5 @max-lg:flex-col @max-lg:items-start">
        <span
          aria-hidden="true"
          className="grid size-9 shrink-0 place-items-center rounded-md border border-line-2 bg-panel text-ok shadow-rest"
        >
          <Database className="size-4.5" />
        </span>
        <span className="min-w-0">
          <span className="block text-balance font-medium">{jack.name}</span>
          <span className="block truncate text-meta text-mut @max-lg:sr-only">{jack.sub}</span>
        </span>
      </span>
      {jack.facts && (
        <span className="flex flex-wrap gap-x-6 gap-y-2 border-line border-t pt-3">
          {jack.facts.map((fact) => (
            <span key={fact.label} className="min-w-0">
              <span className="block text-dim text-micro">{fact.label}</span>
              <span className="block truncate font-semibold text-lead tracking-[-0.015em]">
                {fact.value}
              </span>
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
