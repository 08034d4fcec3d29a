'use client';

import { useEffect, useRef } from 'react';
import { pointOn } from './board-curves';
import type { PlacedCable } from './board-layout';
import { createPulseEngine, type Pulse, type PulseSource, pulsesMax } from './pulse-engine';

/** Share of the time spent travelling; the rest is the ring on arrival. */
const travelShare = 0.82;
/** Dots behind the head, each this much of the way later. */
const tail = [0, 0.018, 0.036, 0.054];

const slots = Array.from({ length: pulsesMax }, (_, index) => index);

function ease(t: number): number {
  return t < 0.5 ? 2 * t * t : 1 - (-2 * t + 2) ** 2 / 2;
}

function hide(group: SVGGElement) {
  group.setAttribute('visibility', 'hidden');
}

function place(group: SVGGElement, pulse: Pulse, placed: PlacedCable) {
  const [halo, ...dots] = Array.from(group.children);
  const travelled = Math.min(1, pulse.progress / travelShare);
  const arrival = Math.max(0, (pulse.progress - travelShare) / (1 - travelShare));
  const at = (t: number) => pointOn(placed.curve, pulse.direction === 'forth' ? t : 1 - t);
  const radius = 2.5 + placed.strokePx * 0.4 + Math.min(2.5, Math.log2(pulse.weight) * 0.7);
  group.setAttribute('visibility', 'visible');
  group.dataset['direction'] = pulse.direction;
  dots.forEach((dot, index) => {
    const point = at(Math.max(0, ease(travelled) - (tail[index] ?? 0)));
    dot.setAttribute('cx', point.x.toFixed(1));
    dot.setAttribute('cy', point.y.toFixed(1));
    dot.setAttribute('r', (radius * (1 - index * 0.2)).toFixed(2));
    dot.setAttribute('opacity', arrival > 0 ? '0' : (1 - index * 0.26).toFixed(2));
  });
  const head = at(ease(travelled));
  halo?.setAttribute('cx', head.x.toFixed(1));
  halo?.setAttribute('cy', head.y.toFixed(1));
  halo?.setAttribute('r', (arrival > 0 ? 8 + arrival * 12 : radius * 2.4).toFixed(1));
  halo?.setAttribute('opacity', (arrival > 0 ? 0.5 * (1 - arrival) : 0.22).toFixed(2));
}

export interface PulseLayerProps {
  source: PulseSource;
  cables: readonly PlacedCable[];
}

/**
 * Changes on their way, for inside a hidden drawing. Drawn past React: a frame moves a few attributes and renders nothing. Still
 * when the reader asked for less motion.
 */
export function PulseLayer({ source, cables }: PulseLayerProps) {
  const layer = useRef<SVGGElement>(null);
  const latest = useRef(new Map<string, PlacedCable>());
  useEffect(() => {
    latest.current = new Map(cables.map((placed) => [placed.cable.id, placed]));
  }, [cables]);

  useEffect(() => {
    const still = window.matchMedia('(prefers-reduced-motion: reduce)');
    const engine = createPulseEngine({
      requestFrame: (run) => window.requestAnimationFrame(run),
      cancelFrame: (id) => window.cancelAnimationFrame(id),
      draw(pulses) {
        const groups = layer.current?.children ?? [];
        Array.from(groups).forEach((group, index) => {
          if (!(group instanceof SVGGElement)) return;
          const pulse = pulses[index];
          const placed = pulse && latest.current.get(pulse.cableId);
          if (pulse && placed) place(group, pulse, placed);
          else hide(group);
        });
      },
    });
    const unsubscribe = source.subscribe((cableId, direction) => {
      if (!still.matches && latest.current.has(cableId)) engine.push(cableId, direction);
    });
    return () => {
      unsubscribe();
      engine.stop();
    };
  }, [source]);

  return (
    <g ref={layer} className="fill-ok-line">
      {slots.map((slot) => (
        <g key={slot} visibility="hidden" className="data-[direction=back]:fill-accent">
          <circle />
          {tail.map((offset) => (
            <circle key={offset} />
          ))}
        </g>
      ))}
    </g>
  );
}
