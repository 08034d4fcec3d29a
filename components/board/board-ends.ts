import type { BoardLayout, PlacedJack } from './board-layout';
import type { Cable } from './board-model';

/** Socket heights for the cables of one store: in the order of their other ends, never crossing. */
function storePorts(store: PlacedJack, others: readonly number[], stepMax: number): number[] {
  const room = store.height - 24;
  const step = Math.min(stepMax, room / Math.max(1, others.length - 1));
  const order = others.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  const ports = others.map(() => store.y);
  order.forEach(({ index }, rank) => {
    ports[index] = store.y + (rank - (others.length - 1) / 2) * step;
  });
  return ports;
}

/**
 * Where a cable between two jacks of one side is plugged in: below the middle of the upper one, above
 * that of the lower one, each a step further out than the one before, so that no two share a socket.
 */
function besideEnds(
  from: PlacedJack,
  to: PlacedJack,
  taken: Map<string, number>,
): [number, number] {
  const isDown = from.y <= to.y;
  const at = (placed: PlacedJack, sign: 1 | -1): number => {
    const key = `${placed.jack.id}:${sign}`;
    const count = taken.get(key) ?? 0;
    taken.set(key, count + 1);
    return placed.y + sign * placed.height * Math.min(0.46, 0.3 + count * 0.08);
  };
  return [at(from, isDown ? 1 : -1), at(to, isDown ? -1 : 1)];
}

export interface Ends {
  cable: Cable;
  from: PlacedJack;
  to: PlacedJack;
  fromY: number;
  toY: number;
}

export function connect(
  cables: readonly Cable[],
  jacks: readonly PlacedJack[],
  portStepMax: number,
): Ends[] {
  const byId = new Map(jacks.map((placed) => [placed.jack.id, placed]));
  const taken = new Map<string, number>();
  const ends = cables.flatMap((cable): Ends[] => {
    const from = byId.get(cable.from);
    const to = byId.get(cable.to);
    if (!from || !to) return [];
    const isBeside = from.side === to.side;
    const [fromY, toY] = isBeside ? besideEnds(from, to, taken) : [from.y, to.y];
    return [{ cable, from, to, fromY, toY }];
  });
  for (const store of jacks.filter((placed) => placed.jack.kind === 'store')) {
    const out = ends.filter((end) => end.from === store);
    storePorts(
      store,
      out.map((end) => end.to.y),
      portStepMax,
    ).forEach((y, index) => {
      const end = out[index];
      if (end) end.fromY = y;
    });
    const into = ends.filter((end) => end.to === store);
    storePorts(
      store,
      into.map((end) => end.from.y),
      portStepMax,
    ).forEach((y, index) => {
      const end = into[index];
      if (end) end.toY = y;
    });
  }
  return ends;
}

/** A store has a port for each cable; any other jack has one, and one for each cable that goes beside. */
export function socketsOf(
  jacks: readonly PlacedJack[],
  ends: readonly Ends[],
  edges: { left: number; right: number },
): BoardLayout['sockets'] {
  return jacks.flatMap(({ jack, side, y }) => {
    const plugged = ends.flatMap(({ cable: { health }, from, to, fromY, toY }) => {
      const isBeside = from.side === to.side;
      return [
        ...(from.jack.id === jack.id ? [{ y: fromY, health, isBeside }] : []),
        ...(to.jack.id === jack.id ? [{ y: toY, health, isBeside }] : []),
      ];
    });
    const isStore = jack.kind === 'store' && plugged.length > 0;
    // A port is as well as its cable; the one all cables of a service share, as the service.
    const ports = isStore
      ? plugged
      : [{ y, health: jack.health }, ...plugged.filter(({ isBeside }) => isBeside)];
    return ports.map((port) => ({
      id: `${jack.id}:${port.y}`,
      at: { x: edges[side], y: port.y },
      side,
      health: port.health,
    }));
  });
}
