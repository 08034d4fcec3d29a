import { beforeEach, describe, expect, it } from 'vitest';
import {
  createPulseEngine,
  createPulseSource,
  type Pulse,
  pulsesMax,
} from '@/components/board/pulse-engine';

let frames: ((nowMs: number) => void)[];
let drawn: Pulse[][];

function step(nowMs: number) {
  const due = frames;
  frames = [];
  for (const run of due) run(nowMs);
}

function engine() {
  return createPulseEngine({
    requestFrame: (run) => frames.push(run),
    cancelFrame: () => {
      frames = [];
    },
    draw: (pulses) => drawn.push(pulses.map((pulse) => ({ ...pulse }))),
  });
}

beforeEach(() => {
  frames = [];
  drawn = [];
});

describe('pulses', () => {
  it('takes everything between two frames together', () => {
    const { push } = engine();
    for (let change = 0; change < 5; change += 1) push('a', 'forth');
    push('a', 'back');
    expect(frames).toHaveLength(1);
    step(0);
    expect(drawn).toHaveLength(1);
    expect(drawn[0]?.map(({ direction, weight }) => [direction, weight])).toEqual([
      ['forth', 5],
      ['back', 1],
    ]);
  });

  it('lets a pulse grow instead of sending the next right behind it', () => {
    const { push } = engine();
    push('a', 'forth');
    step(0);
    push('a', 'forth');
    step(50);
    expect(drawn.at(-1)).toHaveLength(1);
    push('a', 'forth');
    step(400);
    expect(drawn.at(-1)).toHaveLength(2);
  });

  it('never has more on the way than the eye can follow', () => {
    const { push } = engine();
    for (let cable = 0; cable < 200; cable += 1) push(`c${cable}`, 'forth');
    step(0);
    expect(drawn.at(-1)).toHaveLength(pulsesMax);
  });

  it('moves from 0 to 1, then draws nothing once and asks for no more frames', () => {
    const { push } = engine();
    push('a', 'forth');
    step(1000);
    step(1550);
    expect(drawn.at(-1)?.[0]?.progress).toBeCloseTo(0.5);
    step(2200);
    expect(drawn.at(-1)).toEqual([]);
    expect(frames).toHaveLength(0);
  });

  it('stops at once', () => {
    const { push, stop } = engine();
    push('a', 'forth');
    stop();
    step(0);
    expect(drawn).toEqual([]);
  });

  it('hears a source until it unsubscribes', () => {
    const source = createPulseSource();
    const heard: string[] = [];
    const leave = source.subscribe((cableId, direction) => heard.push(`${cableId} ${direction}`));
    source.emit('a', 'forth');
    leave();
    source.emit('a', 'back');
    expect(heard).toEqual(['a forth']);
  });
});
