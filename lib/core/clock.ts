/** Time and chance, injected so that a test can hold both still. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /** A number in [0, 1); used for jitter only, never for secrets. */
  random(): number;
}

export const systemClock: Clock = { now: () => Date.now(), random: () => Math.random() };
