export interface Point {
  x: number;
  y: number;
}

/** A cubic Bézier curve: two ends and two handles. */
export type Curve = readonly [Point, Point, Point, Point];

/** A point on the curve, `t` from 0 to 1. */
export function pointOn([a, b, c, d]: Curve, t: number): Point {
  const u = 1 - t;
  const [wa, wb, wc, wd] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return {
    x: wa * a.x + wb * b.x + wc * c.x + wd * d.x,
    y: wa * a.y + wb * b.y + wc * c.y + wd * d.y,
  };
}

export function pathOf([a, b, c, d]: Curve): string {
  const text = (point: Point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`;
  return `M${text(a)} C${text(b)} ${text(c)} ${text(d)}`;
}

/** Out into the board and back to the same side; the further apart its ends, the further out. */
export function besideCurve(
  x: number,
  side: 'left' | 'right',
  at: { fromY: number; toY: number; span: number; index: number },
): Curve {
  const out = Math.min(at.span * 0.7, 48 + Math.abs(at.toY - at.fromY) * 0.7 + (at.index % 3) * 8);
  const far = side === 'left' ? x + out : x - out;
  return [
    { x, y: at.fromY },
    { x: far, y: at.fromY },
    { x: far, y: at.toY },
    { x, y: at.toY },
  ];
}
