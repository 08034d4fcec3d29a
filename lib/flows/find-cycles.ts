import type { FieldRule } from '#lib/sync/schema';
import { comesIn, goesOut } from './check-rules.ts';

/** A value that goes from one field of the record over a side into another one. */
interface Step {
  from: string;
  /** Field of the side it passes through. */
  over: string;
  into: string;
  side: number;
}

export interface FieldCycle {
  /** Where the last step of the circle is read. */
  side: number;
  rule: number;
  reason: string;
}

/** Pure: circles in which a value would go round over the sides, each told once. */
export function findCycles(
  sides: readonly { name: string; rules: readonly FieldRule[] }[],
): FieldCycle[] {
  const steps = sides.flatMap(({ rules }, side) =>
    rules.filter(goesOut).flatMap((out) =>
      rules
        .filter((back) => comesIn(back) && back.side_field === out.side_field)
        .filter((back) => back.field !== out.field)
        .map((back): Step => ({ from: out.field, over: out.side_field, into: back.field, side })),
    ),
  );
  const told = new Set<string>();
  const cycles: FieldCycle[] = [];
  for (const start of new Set(steps.map((step) => step.from))) {
    if (told.has(start)) continue;
    const circle = walk(steps, start);
    const last = circle?.at(-1);
    if (!circle || !last) continue;
    for (const step of circle) told.add(step.from);
    const rule = sides[last.side]?.rules.findIndex(
      (one) => comesIn(one) && one.field === last.into && one.side_field === last.over,
    );
    const nameOf = (step: Step) => sides[step.side]?.name ?? '';
    cycles.push({ side: last.side, rule: rule ?? 0, reason: tell(circle, nameOf) });
  }
  return cycles;
}

/** The shortest way from a field back to itself; null when there is none. */
function walk(steps: readonly Step[], start: string): Step[] | null {
  const reached = new Set<string>();
  const waiting: Step[][] = [[]];
  for (let path = waiting.shift(); path; path = waiting.shift()) {
    const at = path.at(-1)?.into ?? start;
    if (path.length > 0 && at === start) return path;
    if (reached.has(at)) continue;
    reached.add(at);
    for (const step of steps) if (step.from === at) waiting.push([...path, step]);
  }
  return null;
}

const tell = (circle: readonly Step[], nameOf: (step: Step) => string): string =>
  `a circle: ${circle
    .map(
      (step) =>
        `“${step.from}” is written to “${step.over}” of ${nameOf(step)}, which is read into “${step.into}”`,
    )
    .join('; ')}`;
