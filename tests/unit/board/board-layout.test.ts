import { describe, expect, it } from 'vitest';
import { pointOn } from '@/components/board/board-curves';
import { layOutBoard, strokeFor } from '@/components/board/board-layout';
import type { Cable, Jack } from '@/components/board/board-model';

const hub: Jack = { id: 'hub', name: 'Hub', sub: '', health: 'ok', href: '/', kind: 'store' };

function board(count: number): { left: Jack[]; cables: Cable[] } {
  const left = Array.from({ length: count }, (_, index): Jack => {
    return { id: `j${index}`, name: `J${index}`, sub: '', health: 'ok', href: '/' };
  });
  const cables = left.map((jack, index): Cable => {
    const id = `c${index}`;
    return { id, from: jack.id, to: 'hub', health: 'ok', perHour: 1, href: '/', label: '' };
  });
  return { left, cables };
}

function layOut(count: number, room = { width: 1100, height: 560 }) {
  const { left, cables } = board(count);
  return layOutBoard(room, left, [hub], cables);
}

describe('the board', () => {
  it.each([1, 3, 9, 18, 60])('keeps %s jacks inside and apart', (count) => {
    const { jacks, height } = layOut(count);
    const left = jacks.filter((placed) => placed.side === 'left');
    let bottom = 0;
    for (const placed of left) {
      expect(placed.y - placed.height / 2).toBeGreaterThanOrEqual(bottom);
      bottom = placed.y + placed.height / 2;
    }
    expect(bottom).toBeLessThanOrEqual(height);
  });

  it.each([2, 7, 60])('gives %s cables their own ports in order, inside the store', (count) => {
    const { cables, jacks } = layOut(count);
    const store = jacks.find((placed) => placed.jack.id === 'hub');
    const ends = cables.map(({ curve }) => curve[3].y);
    expect([...ends].sort((a, b) => a - b)).toEqual(ends);
    expect(new Set(ends).size).toBe(count);
    const half = (store?.height ?? 0) / 2;
    for (const y of ends) expect(Math.abs(y - (store?.y ?? 0))).toBeLessThan(half);
  });

  it('fills the room there is and grows when there is too little', () => {
    expect(layOut(3).height).toBe(560);
    expect(layOut(60).height).toBeGreaterThan(2000);
    expect(layOut(60).density).toBe('dense');
  });

  it('leaves cables room on a phone', () => {
    const { cables, narrow } = layOut(1, { width: 288, height: 0 });
    const curve = cables[0]?.curve;
    expect(narrow).toBe(true);
    expect((curve?.[3].x ?? 0) - (curve?.[0].x ?? 0)).toBeGreaterThan(40);
  });

  it('leaves out a cable whose jack is not there', () => {
    const { left, cables } = board(1);
    const lost = cables.map((cable) => ({ ...cable, to: 'gone' }));
    expect(layOutBoard({ width: 900, height: 0 }, left, [hub], lost).cables).toEqual([]);
  });

  it('meets its own ends', () => {
    const curve = layOut(1).cables[0]?.curve;
    if (!curve) throw new Error('no cable');
    expect(pointOn(curve, 0)).toEqual(curve[0]);
    expect(pointOn(curve, 1)).toEqual(curve[3]);
  });

  it('shows traffic as thickness within bounds', () => {
    expect(strokeFor(0, 6)).toBe(1.75);
    expect(strokeFor(100, 6)).toBeGreaterThan(strokeFor(10, 6));
    expect(strokeFor(1e9, 6)).toBe(6);
  });
});
