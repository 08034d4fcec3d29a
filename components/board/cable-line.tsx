import Link from 'next/link';
import { cn } from '@/components/ui/class-names';
import { formatCount } from '@/components/ui/format-number';
import type { PlacedCable } from './board-layout';
import { healthColors, healthDashes, healthWords } from './board-model';

export interface CableLineProps {
  placed: PlacedCable;
  fromName: string;
  toName: string;
  /** Another cable or jack has the reader's attention. */
  dimmed: boolean;
  hot: boolean;
  /** Off on a crowded board, whose table is the better way for the keyboard. */
  tabbable: boolean;
  onHot: (hot: boolean) => void;
}

/** One cable: its shadow, its sheath, the light on it, and a wide invisible line to point at. */
export function CableLine(props: CableLineProps) {
  const { placed, fromName, toName, dimmed, hot, tabbable, onHot } = props;
  const { cable, path, strokePx } = placed;
  const color = healthColors[cable.health];
  const solid = cable.health === 'ok' || cable.health === 'idle';
  const name = `${fromName} to ${toName}, ${cable.label}, ${healthWords[cable.health]}, ${formatCount(cable.perHour)} changes an hour`;
  return (
    <Link
      href={cable.href}
      aria-label={name}
      tabIndex={tabbable ? undefined : -1}
      onMouseEnter={() => onHot(true)}
      onMouseLeave={() => onHot(false)}
      onFocus={() => onHot(true)}
      onBlur={() => onHot(false)}
      className={cn(
        'group/cable outline-none transition-opacity duration-150',
        dimmed && 'opacity-25',
      )}
    >
      {solid && (
        <path
          d={path}
          fill="none"
          stroke="var(--color-shade)"
          strokeWidth={strokePx + 3}
          strokeLinecap="round"
          transform="translate(0 5)"
          className="blur-[3px]"
        />
      )}
      <path
        d={path}
        fill="none"
        stroke="var(--color-accent)"
        strokeWidth={strokePx + 6}
        strokeLinecap="round"
        className="opacity-0 group-focus-visible/cable:opacity-45"
      />
      <path
        d={path}
        fill="none"
        stroke={color}
        strokeWidth={hot ? strokePx + 1 : strokePx}
        strokeLinecap="round"
        strokeDasharray={healthDashes[cable.health]}
        opacity={cable.health === 'idle' ? 0.6 : hot ? 1 : 0.86}
      />
      {solid && strokePx > 3 && (
        <path
          d={path}
          fill="none"
          stroke="#ffffff"
          strokeWidth={strokePx * 0.26}
          strokeLinecap="round"
          opacity="0.34"
          transform={`translate(0 ${(-strokePx * 0.2).toFixed(2)})`}
        />
      )}
      <path d={path} fill="none" stroke="transparent" strokeWidth="18" pointerEvents="stroke" />
    </Link>
  );
}
