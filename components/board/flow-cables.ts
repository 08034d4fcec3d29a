import type { Route } from 'next';
import { formatUpTo } from '@/components/ui/format-number';
import { flowCountMost } from '@/lib/flows/schema';
import type { Board } from '@/lib/hub/schema';
import type { Change, Link } from '@/lib/records/schema';
import type { Cable, Health } from './board-model';
import type { PulseDirection } from './pulse-engine';

export type BoardFlow = Board['flows'][number];

/** From the first side to each of the others: all of them meet in one record. */
const spansOf = (flow: BoardFlow): { id: string; from: string; to: string }[] => {
  const [first, ...others] = flow.sides.map((side) => side.connection_id);
  if (first === undefined) return [];
  return others.map((to) => ({ id: `${flow.id}:${to}`, from: first, to }));
};

export function flowHealth(flow: BoardFlow): Health {
  if (flow.status === 'draft') return 'idle';
  if (flow.status === 'paused') return 'stopped';
  return flow.conflicts + flow.refused > 0 ? 'waiting' : 'ok';
}

const figure = (value: number): string => formatUpTo(value, flowCountMost);

/** Its name and what stands in its way, so that words say what the colour does. */
export function flowLabel(flow: BoardFlow): string {
  const parts = [
    flow.name,
    flow.status === 'live' ? `${figure(flow.joined)} joined` : flow.status,
    flow.owed > 0 && `${figure(flow.owed)} owed`,
    flow.conflicts > 0 &&
      `${figure(flow.conflicts)} ${flow.conflicts === 1 ? 'conflict' : 'conflicts'}`,
    flow.refused > 0 && `${figure(flow.refused)} refused`,
  ];
  return parts.filter(Boolean).join(' · ');
}

/** A cable for each other side; a connection that is not on the board has none. */
export function flowCables(flows: readonly BoardFlow[], home: string): Cable[] {
  return flows.flatMap((flow) =>
    spansOf(flow).map((span) => ({
      ...span,
      health: flowHealth(flow),
      perHour: flow.changes_per_hour,
      href: `${home}/flows/${flow.id}` as Route,
      label: flowLabel(flow),
    })),
  );
}

/** Connections of one flow stand beside each other, in the order the flow has them; the others stay. */
export function inFlowOrder<T extends { id: string }>(
  jacks: readonly T[],
  flows: readonly BoardFlow[],
): T[] {
  const byId = new Map(jacks.map((jack) => [jack.id, jack]));
  const neighbours = (id: string): string[] =>
    flows
      .map((flow) => flow.sides.map((side) => side.connection_id))
      .filter((ids) => ids.includes(id))
      .flat();
  const placed = new Set<T>();
  const place = (jack: T | undefined): void => {
    if (!jack || placed.has(jack)) return;
    placed.add(jack);
    for (const id of neighbours(jack.id)) place(byId.get(id));
  };
  for (const jack of jacks) place(jack);
  return [...placed];
}

/**
 * The cables a change goes along: from the side it came from to each side that its record lives at. What
 * was changed in the hub goes from there to every service, which is no flow's cable.
 */
export function crossings(
  change: Pick<Change, 'origin' | 'connection_id'>,
  links: readonly Pick<Link, 'stream_id' | 'connection_id' | 'state'>[],
  flows: readonly BoardFlow[],
): { cableId: string; direction: PulseDirection }[] {
  const { origin, connection_id: from } = change;
  if (origin !== 'connection' || from === null) return [];
  const at = new Set(links.filter(({ state }) => state !== 'tombstone').map((l) => l.stream_id));
  return flows.flatMap((flow) => {
    const lives = flow.sides.filter((side) => at.has(side.stream_id));
    const isHere = lives.some((side) => side.connection_id === from);
    if (flow.status !== 'live' || !isHere || lives.length < 2) return [];
    const others = new Set(lives.map((side) => side.connection_id));
    return spansOf(flow)
      .filter(({ to }) => others.has(to))
      .map(({ id, to }) => ({ cableId: id, direction: to === from ? 'back' : 'forth' }));
  });
}
