import type { BoardLayout, PlacedJack } from './board-layout';
import type { Cable, Health } from './board-model';

const fromBest: readonly Health[] = ['idle', 'ok', 'waiting', 'stopped'];
const worse = (a: Health | undefined, b: Health): Health =>
  a !== undefined && fromBest.indexOf(a) > fromBest.indexOf(b) ? a : b;

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

/** From the middle of a jack to the socket of cables that go beside, as a share of its height. */
const besideShare = 0.32;

/** A cable between two jacks of one side: below the middle of the upper one, above that of the lower. */
function besideEnds(from: PlacedJack, to: PlacedJack): [number, number] {
  const down = from.y <= to.y ? besideShare : -besideShare;
  return [from.y + from.height * down, to.y - to.height * down];
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
  const ends = cables.flatMap((cable): Ends[] => {
    const from = byId.get(cable.from);
    const to = byId.get(cable.to);
    if (!from || !to) return [];
    const isBeside = from.side === to.side;
    const [fromY, toY] = isBeside ? besideEnds(from, to) : [from.y, to.y];
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
    // A port is as well as its cable, or as the worst of those that share it.
    const shared = new Map<number, Health>([[y, jack.health]]);
    for (const end of plugged.filter(({ isBeside }) => isBeside)) {
      shared.set(end.y, worse(shared.get(end.y), end.health));
    }
    const ports = isStore ? plugged : [...shared].map(([at, health]) => ({ y: at, health }));
    return ports.map((port) => ({
      id: `${jack.id}:${port.y}`,
      at: { x: edges[side], y: port.y },
      side,
      health: port.health,
    }));
  });
}
