import type { Point } from './board-curves';
import type { PlacedCable } from './board-layout';
import { type Health, healthColors } from './board-model';

/** The stiff ends of a cable, lying the way it leaves its sockets. */
export function Plugs({ placed, small }: { placed: PlacedCable; small: boolean }) {
  const [a, b, c, d] = placed.curve;
  const color = healthColors[placed.cable.health];
  const lengthPx = small ? 11 : 19;
  return (
    <g stroke={color} strokeWidth={small ? 5 : 7.5} strokeLinecap="round">
      <Tip at={a} towards={b} lengthPx={lengthPx} />
      <Tip at={d} towards={c} lengthPx={lengthPx} />
    </g>
  );
}

function Tip({ at, towards, lengthPx }: { at: Point; towards: Point; lengthPx: number }) {
  const distance = Math.hypot(towards.x - at.x, towards.y - at.y) || 1;
  const x = at.x + ((towards.x - at.x) / distance) * lengthPx;
  const y = at.y + ((towards.y - at.y) / distance) * lengthPx;
  return <line x1={at.x} y1={at.y} x2={x} y2={y} />;
}

export interface SocketProps {
  at: Point;
  health: Health;
  small: boolean;
}

/** The hole in a jack's edge; the shape in it tells the health without colour. */
export function Socket({ at, health, small }: SocketProps) {
  const color = healthColors[health];
  const r = small ? 5.5 : 8.5;
  return (
    <g transform={`translate(${at.x} ${at.y})`}>
      <circle r={r} fill="var(--color-bg)" stroke={color} strokeWidth="2" />
      <Core health={health} color={color} r={r * 0.42} />
    </g>
  );
}

function Core({ health, color, r }: { health: Health; color: string; r: number }) {
  switch (health) {
    case 'ok':
      return <circle r={r} fill={color} />;
    case 'waiting':
      return <path d={`M0 ${-r * 1.3}L${r * 1.3} ${r}L${-r * 1.3} ${r}Z`} fill={color} />;
    case 'stopped':
      return (
        <path
          d={`M${-r} ${-r}L${r} ${r}M${r} ${-r}L${-r} ${r}`}
          stroke={color}
          strokeWidth="1.8"
          strokeLinecap="round"
        />
      );
    case 'idle':
      return null;
  }
}
