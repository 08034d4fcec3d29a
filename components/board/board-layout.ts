import { besideCurve, type Curve, type Point, pathOf, pointOn } from './board-curves';
import { connect, socketsOf } from './board-ends';
import type { Cable, Health, Jack } from './board-model';

/** Below this width of the board a jack shows only its name. Tailwind's @lg, so CSS agrees. */
export const narrowPx = 512;
/** The widest a jack becomes, and its share of a small board; app CSS repeats it as clamp(). */
const jackWidth = { min: 100, share: 0.26, max: 240 };
const storeHeight = { min: 176, narrowMin: 224, max: 380 };
/** On a tall board rows move apart, but not further than this share of their height. */
const stretchMax = 1.5;
/** Between two cables in a short store. */
const portStepPx = 34;
export const boardHeightMin = 344;
const marginY = 40;

export type Density = 'roomy' | 'regular' | 'compact' | 'dense';

interface DensityRule {
  /** Up to this many jacks on the fuller side. */
  upTo: number;
  rowPx: number;
  jackPx: number;
  /** How far a cable hangs, as a share of the full sag. */
  sag: number;
  strokeMax: number;
}

const rules: Record<Density, DensityRule> = {
  roomy: { upTo: 4, rowPx: 112, jackPx: 68, sag: 1, strokeMax: 6 },
  regular: { upTo: 9, rowPx: 80, jackPx: 56, sag: 0.6, strokeMax: 5 },
  compact: { upTo: 18, rowPx: 54, jackPx: 42, sag: 0.3, strokeMax: 4 },
  dense: { upTo: Number.POSITIVE_INFINITY, rowPx: 42, jackPx: 34, sag: 0.12, strokeMax: 3 },
};

export interface PlacedJack {
  jack: Jack;
  side: 'left' | 'right';
  /** Middle of the card. */
  y: number;
  height: number;
}

export interface PlacedCable {
  cable: Cable;
  curve: Curve;
  path: string;
  strokePx: number;
  middle: Point;
}

export interface BoardLayout {
  width: number;
  height: number;
  /** The height it would take on its own, before it is stretched into the room there is. */
  neededHeight: number;
  margin: number;
  density: Density;
  narrow: boolean;
  jacks: PlacedJack[];
  cables: PlacedCable[];
  /** Where a plug sits in a card's edge; several for a store. */
  sockets: { id: string; at: Point; side: 'left' | 'right'; health: Health }[];
}

function densityFor(count: number): Density {
  if (count <= rules.roomy.upTo) return 'roomy';
  if (count <= rules.regular.upTo) return 'regular';
  return count <= rules.compact.upTo ? 'compact' : 'dense';
}

function isLong(rule: DensityRule): boolean {
  return rule.upTo > rules.regular.upTo;
}

/** Traffic as thickness: every tenfold adds the same, so a busy cable does not hide the rest. */
export function strokeFor(perHour: number, max: number): number {
  return Math.min(max, 1.75 + Math.log10(1 + Math.max(0, perHour)) * 1.25);
}

/** Jacks of one side, spread around the middle. A store takes the room the other side needs. */
function placeSide(
  jacks: readonly Jack[],
  side: 'left' | 'right',
  height: number,
  rule: DensityRule,
  opposite: number,
  narrow: boolean,
): PlacedJack[] {
  const least = narrow ? storeHeight.narrowMin : storeHeight.min;
  const tall = Math.max(least, (opposite - 1) * rule.rowPx * 0.8 + rule.jackPx);
  // Beside a long list the store is as long, so that cables run straight and stay apart.
  const storePx = isLong(rule) ? height - 2 * marginY : Math.min(tall, storeHeight.max);
  const sizes = jacks.map((jack) => (jack.kind === 'store' ? storePx : rule.jackPx));
  const gap = rule.rowPx - rule.jackPx;
  const total = sizes.reduce((sum, size) => sum + size, 0) + gap * Math.max(0, jacks.length - 1);
  let top = (height - total) / 2;
  return jacks.map((jack, index) => {
    const size = sizes[index] ?? rule.jackPx;
    const y = top + size / 2;
    top += size + gap;
    return { jack, side, y, height: size };
  });
}

export interface Room {
  width: number;
  /** Height that is there anyway; the board becomes taller when it must, and then scrolls. */
  height: number;
}

/** Where everything on the board lies, in CSS pixels. */
export function layOutBoard(
  { width, height: available }: Room,
  left: readonly Jack[],
  right: readonly Jack[],
  cables: readonly Cable[],
): BoardLayout {
  const count = Math.max(left.length, right.length, 1);
  const density = densityFor(count);
  const narrow = width < narrowPx;
  const margin = narrow ? 12 : 32;
  const cardPx = Math.min(jackWidth.max, Math.max(jackWidth.min, width * jackWidth.share));
  const needed = count * rules[density].rowPx + 2 * marginY;
  const height = Math.max(boardHeightMin, needed, available);
  const stretch = Math.min(
    stretchMax,
    Math.max(1, (height - 2 * marginY) / (needed - 2 * marginY)),
  );
  const rule = { ...rules[density], rowPx: rules[density].rowPx * stretch };
  const jacks = [
    ...placeSide(left, 'left', height, rule, right.length, narrow),
    ...placeSide(right, 'right', height, rule, left.length, narrow),
  ];
  const x1 = margin + cardPx;
  const x2 = width - margin - cardPx;
  const span = x2 - x1;
  const ends = connect(cables, jacks, isLong(rule) ? rule.rowPx : portStepPx);
  const placed = ends.map(({ cable, from, to, fromY, toY }, index): PlacedCable => {
    const strokePx = strokeFor(cable.perHour, rule.strokeMax);
    if (from.side === to.side) {
      const curve = besideCurve(from.side === 'left' ? x1 : x2, from.side, {
        fromY,
        toY,
        span,
        index,
      });
      return { cable, curve, path: pathOf(curve), strokePx, middle: pointOn(curve, 0.5) };
    }
    const sag = (narrow ? 0.4 : 1) * rule.sag * (44 + span * 0.08 + Math.abs(toY - fromY) * 0.12);
    const own = sag + (index % 5) * 7 * rule.sag;
    const curve: Curve = [
      { x: x1, y: fromY },
      { x: x1 + span * 0.36, y: fromY + own },
      { x: x2 - span * 0.36, y: toY + own },
      { x: x2, y: toY },
    ];
    return { cable, curve, path: pathOf(curve), strokePx, middle: pointOn(curve, 0.5) };
  });
  const sockets = socketsOf(jacks, ends, { left: x1, right: x2 });
  const neededHeight = Math.max(boardHeightMin, needed);
  return { width, height, neededHeight, margin, density, narrow, jacks, cables: placed, sockets };
}
