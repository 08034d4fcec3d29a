import { describe, expect, it } from 'vitest';
import { pointOn } from '@/components/board/board-curves';
import { layOutBoard } from '@/components/board/board-layout';
import type { Jack } from '@/components/board/board-model';
import {
  type BoardFlow,
  crossings,
  flowCables,
  flowHealth,
  flowLabel,
  inFlowOrder,
} from '@/components/board/flow-cables';

const flow = (id: string, connections: string[], more: Partial<BoardFlow> = {}): BoardFlow => ({
  id,
  name: `Flow ${id}`,
  status: 'live',
  joined: 0,
  owed: 0,
  conflicts: 0,
  refused: 0,
  changes_per_hour: 0,
  sides: connections.map((connection) => ({
    connection_id: connection,
    stream_id: `stream-${connection}`,
  })),
  ...more,
});
const jacks = (...ids: string[]): Jack[] =>
  ids.map((id) => ({ id, name: id, sub: '', health: 'ok', href: '/' }));
const link = (connection: string, state: 'synced' | 'tombstone' = 'synced') => ({
  connection_id: connection,
  stream_id: `stream-${connection}`,
  state,
});
const from = (connection: string | null) => ({
  origin: connection === null ? ('user' as const) : ('connection' as const),
  connection_id: connection,
});

describe('a flow on the board', () => {
  it('is a cable from its first side to each of the others', () => {
    const cables = flowCables([flow('f', ['a', 'b', 'c'], { changes_per_hour: 7 })], '/w/acme');
    expect(cables.map(({ from: left, to, href, perHour }) => [left, to, href, perHour])).toEqual([
      ['a', 'b', '/w/acme/flows/f', 7],
      ['a', 'c', '/w/acme/flows/f', 7],
    ]);
    expect(new Set(cables.map(({ id }) => id)).size).toBe(2);
  });

  it.each<[Partial<BoardFlow>, string, string]>([
    [{ joined: 1_200 }, 'ok', 'Flow f · 1,200 joined'],
    [{ joined: 3, owed: 2 }, 'ok', 'Flow f · 3 joined · 2 owed'],
    [{ joined: 10_001, owed: 10_000 }, 'ok', 'Flow f · 10,000+ joined · 10,000 owed'],
    [{ conflicts: 1 }, 'waiting', 'Flow f · 0 joined · 1 conflict'],
    [{ conflicts: 2, refused: 3 }, 'waiting', 'Flow f · 0 joined · 2 conflicts · 3 refused'],
    [{ status: 'paused', conflicts: 1 }, 'stopped', 'Flow f · paused · 1 conflict'],
    [{ status: 'draft' }, 'idle', 'Flow f · draft'],
  ])('says of %o that it is %s', (more, health, label) => {
    expect([flowHealth(flow('f', [], more)), flowLabel(flow('f', [], more))]).toEqual([
      health,
      label,
    ]);
  });

  it('brings its connections side by side and leaves the others where they are', () => {
    const ids = (flows: BoardFlow[]) =>
      inFlowOrder(jacks('a', 'b', 'c', 'd'), flows).map((jack) => jack.id);
    expect(ids([])).toEqual(['a', 'b', 'c', 'd']);
    expect(ids([flow('f', ['d', 'b'])])).toEqual(['a', 'b', 'd', 'c']);
    expect(ids([flow('f', ['a', 'c']), flow('g', ['c', 'd', 'gone'])])).toEqual([
      'a',
      'c',
      'd',
      'b',
    ]);
  });
});

describe('a change that crosses', () => {
  const flows = [flow('f', ['a', 'b', 'c'])];
  const told = (change: ReturnType<typeof from>, links: ReturnType<typeof link>[], at = flows) =>
    crossings(change, links, at).map(({ cableId, direction }) => `${cableId} ${direction}`);

  it('goes from where it came from to where its record lives', () => {
    expect(told(from('a'), [link('a'), link('b'), link('c')])).toEqual(['f:b forth', 'f:c forth']);
    expect(told(from('a'), [link('a'), link('c')])).toEqual(['f:c forth']);
    expect(told(from('b'), [link('a'), link('b')])).toEqual(['f:b back']);
    // Between two others it goes by the first side, where the cables meet.
    expect(told(from('b'), [link('a'), link('b'), link('c')])).toEqual(['f:b back', 'f:c forth']);
  });

  it.each<[string, ReturnType<typeof from>, ReturnType<typeof link>[], BoardFlow[]]>([
    ['made in the hub', from(null), [link('a'), link('b')], flows],
    ['of a record at one side', from('a'), [link('a')], flows],
    [
      'of what was deleted at the other side',
      from('a'),
      [link('a'), link('b', 'tombstone')],
      flows,
    ],
    ['of another stream', from('x'), [link('x'), link('a'), link('b')], flows],
    [
      'in a flow that rests',
      from('a'),
      [link('a'), link('b')],
      [flow('f', ['a', 'b'], { status: 'paused' })],
    ],
  ])('is none %s', (_, change, links, at) => {
    expect(told(change, links, at)).toEqual([]);
  });
});

describe('a cable between two jacks of one side', () => {
  const store: Jack = {
    id: 'store',
    name: 'Store',
    sub: '',
    health: 'ok',
    href: '/',
    kind: 'store',
  };
  const layOut = (ids: string[], flows: BoardFlow[], room = { width: 1100, height: 560 }) => {
    const left = jacks(...ids);
    const own = left.map(({ id }) => ({ id, from: id, to: 'store' }));
    const rest = { health: 'ok' as const, perHour: 1, href: '/' as const, label: '' };
    const cables = [...own.map((cable) => ({ ...cable, ...rest })), ...flowCables(flows, '')];
    return layOutBoard(room, left, [store], cables);
  };

  it.each([2, 6, 14, 30])('hangs out into the board and stays inside it, of %s jacks', (count) => {
    const ids = Array.from({ length: count }, (_, index) => `j${index}`);
    const flows = [flow('f', ['j0', 'j1']), flow('g', ['j0', `j${count - 1}`, 'j1'])];
    for (const room of [
      { width: 1100, height: 560 },
      { width: 288, height: 0 },
    ]) {
      const { cables, jacks: placed, width } = layOut(ids, flows, room);
      const beside = cables.filter(({ cable }) => cable.to !== 'store');
      expect(beside).toHaveLength(3);
      for (const { cable, curve, middle } of beside) {
        const [begin, end] = [curve[0], curve[3]];
        expect(begin.x).toBe(end.x);
        expect(middle.x).toBeGreaterThan(begin.x);
        for (let t = 0; t <= 1; t += 0.1) expect(pointOn(curve, t).x).toBeLessThan(width);
        for (const [id, at] of [
          [cable.from, begin],
          [cable.to, end],
        ] as const) {
          const jack = placed.find((one) => one.jack.id === id);
          expect(Math.abs(at.y - (jack?.y ?? 0))).toBeLessThanOrEqual((jack?.height ?? 0) / 2);
        }
      }
    }
  });

  it('has sockets of its own, and the jack keeps the one it had', () => {
    const without = layOut(['a', 'b'], []);
    const { sockets } = layOut(['a', 'b'], [flow('f', ['a', 'b'], { conflicts: 1 })]);
    const key = ({ at }: { at: { x: number; y: number } }) => `${at.x}:${at.y}`;
    const kept = new Set(sockets.map(key));
    for (const socket of without.sockets) expect(kept.has(key(socket))).toBe(true);
    const added = sockets.filter((one) => !without.sockets.some((old) => key(old) === key(one)));
    expect(added.map(({ health, side }) => [health, side])).toEqual([
      ['waiting', 'left'],
      ['waiting', 'left'],
    ]);
    expect(new Set(sockets.map(({ id }) => id)).size).toBe(sockets.length);
  });
});
