/** A destination that was asked too much, or said so. Plain data; times by the clock of the store. */
export interface RestState {
  /** Nothing is sent before. */
  restUntilMs: number | null;
  /** How often in a row it asked: the rest doubles with each. */
  rests: number;
}

export const noRest: RestState = { restUntilMs: null, rests: 0 };

const firstRestMs = 1_000;
const lastRestMs = 60_000;
/** A rest somebody names is kept up to here for the destination; a delivery itself may wait longer. */
const namedRestMaxMs = 3_600_000;

/** What an answer makes of the rest; null when nothing is to be written. */
export function judgeRest(
  state: RestState,
  answer: { isThrottle: boolean; restMs: number | null; isOk: boolean },
  nowMs: number,
): RestState | null {
  if (answer.isThrottle) {
    const ownMs = Math.min(lastRestMs, firstRestMs * 2 ** Math.min(state.rests, 10));
    const untilMs = nowMs + Math.min(answer.restMs ?? ownMs, namedRestMaxMs);
    // An answer to an earlier call never shortens what a later one asked for.
    return { restUntilMs: Math.max(untilMs, state.restUntilMs ?? 0), rests: state.rests + 1 };
  }
  if (!answer.isOk || state.rests === 0) return null;
  // A call that was under way when the rest began says nothing of it.
  return (state.restUntilMs ?? 0) > nowMs ? null : noRest;
}

/** How long to wait still; 0 when it may be asked. A time beyond any rest means a clock set back. */
export function restLeftMs(state: RestState, nowMs: number): number {
  const leftMs = (state.restUntilMs ?? nowMs) - nowMs;
  return leftMs > 0 && leftMs <= namedRestMaxMs ? leftMs : 0;
}
