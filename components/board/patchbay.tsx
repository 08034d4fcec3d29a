'use client';

import { type CSSProperties, type ReactNode, useMemo, useRef, useState } from 'react';
import { cn } from '@/components/ui/class-names';
import { useSize } from '@/components/ui/use-size';
import { type BoardLayout, layOutBoard } from './board-layout';
import type { Cable, Jack } from './board-model';
import { CableLine } from './cable-line';
import { CableNote } from './cable-note';
import { EmptyBoard } from './empty-board';
import { JackCard } from './jack-card';
import { Legend } from './legend';
import type { PulseSource } from './pulse-engine';
import { PulseLayer } from './pulse-layer';
import { Plugs, Socket } from './socket';

/** Before the first measurement; the drawing is stretched to fit until then. */
const roomBeforeMeasure = { width: 1040, height: 0 };
/** Up to this many, each cable carries its words and is a stop for Tab. */
const wordyCablesMax = 3;
const tabbableCablesMax = 16;

export interface PatchbayProps {
  left: readonly Jack[];
  right: readonly Jack[];
  cables: readonly Cable[];
  pulses: PulseSource;
  /** One sentence below the cables. */
  caption?: ReactNode;
  /** Shown over ghost jacks while there is no jack on the left. */
  invitation: { title: string; text: string; action: ReactNode };
  className?: string | undefined;
}

/** Services as jacks, what flows between them as cables; a pulse for every change that crosses. */
export function Patchbay(props: PatchbayProps) {
  const { left, right, cables, caption, invitation, className } = props;
  const stage = useRef<HTMLDivElement>(null);
  const room = useSize(stage) ?? roomBeforeMeasure;
  const layout = useMemo(() => layOutBoard(room, left, right, cables), [room, left, right, cables]);
  return (
    <section
      aria-label={`Patchbay with ${left.length + right.length} jacks and ${cables.length} cables`}
      className={cn(
        'flex min-h-0 flex-col overflow-clip rounded-xl border border-line bg-panel shadow-rest',
        className,
      )}
    >
      <div
        ref={stage}
        className="board-ground @container relative min-h-86 flex-1 max-md:min-h-(--needed-height) md:overflow-y-auto"
        style={neededHeight(layout)}
      >
        {/* Out of the flow, so that the room measured is never the height drawn. */}
        <div className="absolute inset-x-0 top-0" style={{ height: layout.height }}>
          {left.length === 0 ? (
            <EmptyBoard right={right} layout={layout} invitation={invitation} />
          ) : (
            <Stage layout={layout} pulses={props.pulses} />
          )}
        </div>
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 border-line border-t px-4 py-2.5">
        <Legend />
        {caption && <p className="text-dim text-micro">{caption}</p>}
      </div>
    </section>
  );
}

/** On a phone the page scrolls and the board is as tall as it needs; elsewhere it scrolls inside. */
function neededHeight(layout: BoardLayout): CSSProperties & Record<'--needed-height', string> {
  return { '--needed-height': `${layout.neededHeight}px` };
}

function Stage({ layout, pulses }: { layout: BoardLayout; pulses: PulseSource }) {
  const [hot, setHot] = useState<string | null>(null);
  const { jacks, cables, sockets, density, margin } = layout;
  const names = new Map(jacks.map(({ jack }) => [jack.id, jack.name]));
  const small = density === 'compact' || density === 'dense';
  const hotCable = cables.find(({ cable }) => cable.id === hot);
  const touches = (cable: Cable) => hot === cable.id || hot === cable.from || hot === cable.to;
  const lit = new Set(
    cables.filter(({ cable }) => touches(cable)).flatMap(({ cable }) => [cable.from, cable.to]),
  );
  const toggle = (id: string) => (on: boolean) =>
    setHot((now) => (on ? id : now === id ? null : now));
  const wordy = cables.length <= wordyCablesMax && !layout.narrow;
  return (
    <>
      <svg
        aria-label="Cables"
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full"
      >
        {cables.map((placed) => (
          <CableLine
            key={placed.cable.id}
            placed={placed}
            fromName={names.get(placed.cable.from) ?? ''}
            toName={names.get(placed.cable.to) ?? ''}
            hot={hot === placed.cable.id}
            dimmed={hot !== null && !touches(placed.cable)}
            tabbable={cables.length <= tabbableCablesMax}
            onHot={toggle(placed.cable.id)}
          />
        ))}
      </svg>
      {(['left', 'right'] as const).map((side) => (
        <ul key={side} aria-label={side === 'left' ? 'Jacks on the left' : 'Jacks on the right'}>
          {jacks
            .filter((placed) => placed.side === side)
            .map((placed) => (
              <JackCard
                key={placed.jack.id}
                placed={placed}
                margin={margin}
                density={density}
                dimmed={hot !== null && hot !== placed.jack.id && !lit.has(placed.jack.id)}
                onHot={toggle(placed.jack.id)}
              />
            ))}
        </ul>
      ))}
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        preserveAspectRatio="none"
        className="pointer-events-none absolute inset-0 size-full"
      >
        <PulseLayer source={pulses} cables={cables} />
        {cables.map((placed) => (
          <Plugs key={placed.cable.id} placed={placed} small={small} />
        ))}
        {sockets.map((socket) => (
          <Socket key={socket.id} at={socket.at} health={socket.health} small={small} />
        ))}
      </svg>
      {wordy
        ? cables.map((placed) => <CableNote key={placed.cable.id} placed={placed} />)
        : hotCable && <CableNote placed={hotCable} />}
    </>
  );
}
