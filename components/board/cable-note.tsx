import { formatCount } from '@/components/ui/format-number';
import { StatusDot, type StatusShape } from '@/components/ui/status-dot';
import type { PlacedCable } from './board-layout';
import { type Health, healthTones } from './board-model';

const shapes: Record<Health, StatusShape> = {
  ok: 'solid',
  waiting: 'diamond',
  stopped: 'square',
  idle: 'ring',
};

/** What a cable carries, at its middle. The cable's own name says the same to screen readers. */
export function CableNote({ placed }: { placed: PlacedCable }) {
  const { cable, middle } = placed;
  return (
    <div
      aria-hidden="true"
      style={{ left: middle.x, top: middle.y + 14 }}
      className="-translate-x-1/2 pointer-events-none absolute flex max-w-[60%] items-center gap-2 whitespace-nowrap rounded-full border border-line bg-panel/90 px-2.5 py-0.5 text-meta text-mut shadow-rest"
    >
      <StatusDot
        tone={healthTones[cable.health]}
        shape={shapes[cable.health]}
        className="size-1.5"
      />
      <span className="truncate">{cable.label}</span>
      <span className="text-dim">{formatCount(cable.perHour)}/h</span>
    </div>
  );
}
