/** forth: from the left jack to the right one. */
export type PulseDirection = 'forth' | 'back';

export type PulseListener = (cableId: string, direction: PulseDirection) => void;

/** Where the board hears that a change crossed a cable. */
export interface PulseSource {
  subscribe: (listener: PulseListener) => () => void;
}

/** A source to be told by hand: the page calls `emit` for every change of its live feed. */
export function createPulseSource(): PulseSource & { emit: PulseListener } {
  const listeners = new Set<PulseListener>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(cableId, direction) {
      for (const listener of listeners) listener(cableId, direction);
    },
  };
}

/** More at once and the eye sees noise; what is not shown is still counted in the thickness. */
export const pulsesMax = 24;
const travelMs = 1100;
/** Changes on one cable closer together than this share a pulse, which grows. */
const mergeMs = 140;
const weightMax = 12;

export interface Pulse {
  cableId: string;
  direction: PulseDirection;
  /** 0 at the start, 1 on arrival. */
  progress: number;
  /** Changes this pulse stands for. */
  weight: number;
}

interface RunningPulse extends Pulse {
  startedAt: number;
}

export interface PulseEngineOptions {
  /** requestAnimationFrame, or a test's own. */
  requestFrame: (run: (nowMs: number) => void) => number;
  cancelFrame: (id: number) => void;
  /** Called once a frame while something moves, and once with nothing at the end. */
  draw: (pulses: readonly Pulse[]) => void;
}

export interface PulseEngine {
  push: PulseListener;
  stop: () => void;
}

/**
 * Turns changes into pulses: everything between two frames is taken together, a cable gets one
 * pulse per direction and frame, and no frames are asked for while nothing moves.
 */
export function createPulseEngine({
  requestFrame,
  cancelFrame,
  draw,
}: PulseEngineOptions): PulseEngine {
  const pending = new Map<string, { cableId: string; direction: PulseDirection; weight: number }>();
  let running: RunningPulse[] = [];
  let frameId: number | undefined;

  function start(nowMs: number) {
    for (const { cableId, direction, weight } of pending.values()) {
      const same = running.findLast(
        (pulse) => pulse.cableId === cableId && pulse.direction === direction,
      );
      if (same && nowMs - same.startedAt < mergeMs) {
        same.weight = Math.min(weightMax, same.weight + weight);
      } else if (running.length < pulsesMax) {
        running.push({ cableId, direction, weight, progress: 0, startedAt: nowMs });
      }
    }
    pending.clear();
  }

  function frame(nowMs: number) {
    frameId = undefined;
    running = running.filter((pulse) => nowMs - pulse.startedAt < travelMs);
    start(nowMs);
    for (const pulse of running) {
      pulse.progress = Math.min(1, Math.max(0, (nowMs - pulse.startedAt) / travelMs));
    }
    draw(running);
    if (running.length > 0) frameId = requestFrame(frame);
  }

  return {
    push(cableId, direction) {
      const key = `${direction}:${cableId}`;
      const waiting = pending.get(key);
      // In a hidden tab no frame comes, so what waits is bounded by the number of cables.
      if (waiting) waiting.weight = Math.min(weightMax, waiting.weight + 1);
      else pending.set(key, { cableId, direction, weight: 1 });
      frameId ??= requestFrame(frame);
    },
    stop() {
      if (frameId !== undefined) cancelFrame(frameId);
      frameId = undefined;
      pending.clear();
      running = [];
    },
  };
}
