/** Why a breaker opened; a code and a sentence for people. */
export interface BreakerCause {
  code: string;
  message: string;
}

/** What all workers know of one service's health. Plain data; times by the clock of the store. */
export interface BreakerState {
  state: 'closed' | 'open' | 'half_open';
  /** Faults in a row, of all workers. */
  faults: number;
  /** How often it opened in a row. */
  opens: number;
  openedAtMs: number | null;
  retryAtMs: number | null;
  cause: BreakerCause | null;
  /** The one who may try while it is half open. */
  probe: { holder: string; untilMs: number } | null;
  /** Raised with every change of `state`. */
  epoch: number;
}

/** Faults in a row before it opens. */
export const openAfterFaults = 5;
/** How long it stays open: doubling from the first to the last. */
const firstRestMs = 2_000;
const lastRestMs = 60_000;
/** Longer than a call may take. A probe that died is followed by another after it. */
export const probeLeaseMs = 20_000;

export const closedBreaker: BreakerState = {
  state: 'closed',
  faults: 0,
  opens: 0,
  openedAtMs: null,
  retryAtMs: null,
  cause: null,
  probe: null,
  epoch: 0,
};

export type CallVerdict =
  | { go: 'call' }
  /** This caller tries for all; `next` must be written first. */
  | { go: 'probe'; next: BreakerState }
  | { go: 'no'; waitMs: number; cause: BreakerCause | null };

/** Whether a call may be made now. */
export function judgeCall(breaker: BreakerState, holder: string, nowMs: number): CallVerdict {
  if (breaker.state === 'closed') return { go: 'call' };
  const untilMs =
    breaker.state === 'open' ? (breaker.retryAtMs ?? nowMs) : (breaker.probe?.untilMs ?? nowMs);
  // Farther away than any rest: the clock was set back since.
  const isResting = untilMs > nowMs && untilMs - nowMs <= lastRestMs;
  if (isResting) return { go: 'no', waitMs: untilMs - nowMs, cause: breaker.cause };
  return {
    go: 'probe',
    next: {
      ...breaker,
      state: 'half_open',
      probe: { holder, untilMs: nowMs + probeLeaseMs },
      epoch: breaker.epoch + 1,
    },
  };
}

/** `ok`: the service answered, whatever it said. `none`: given up by us, which says nothing of it. */
export type CallOutcome =
  | { kind: 'ok' }
  | { kind: 'none' }
  | { kind: 'fault'; cause: BreakerCause };

/**
 * What an outcome of a call made in `epoch` makes of the breaker; null when nothing is to be written.
 * An outcome of an earlier state decides nothing: a slow answer neither closes nor reopens.
 */
export function judgeOutcome(
  breaker: BreakerState,
  call: { epoch: number },
  outcome: CallOutcome,
  nowMs: number,
): BreakerState | null {
  if (call.epoch !== breaker.epoch || breaker.state === 'open') return null;
  if (breaker.state === 'half_open') return judgeProbe(breaker, outcome, nowMs);
  if (outcome.kind === 'none') return null;
  if (outcome.kind === 'ok') return breaker.faults === 0 ? null : { ...breaker, faults: 0 };
  const faults = breaker.faults + 1;
  if (faults < openAfterFaults) return { ...breaker, faults, cause: outcome.cause };
  return open(breaker, faults, outcome.cause, nowMs);
}

function judgeProbe(breaker: BreakerState, outcome: CallOutcome, nowMs: number): BreakerState {
  if (outcome.kind === 'ok') return { ...closedBreaker, epoch: breaker.epoch + 1 };
  if (outcome.kind === 'fault') return open(breaker, breaker.faults + 1, outcome.cause, nowMs);
  // Given up in the middle: the next caller tries at once.
  return { ...breaker, state: 'open', probe: null, retryAtMs: nowMs, epoch: breaker.epoch + 1 };
}

const open = (
  breaker: BreakerState,
  faults: number,
  cause: BreakerCause,
  nowMs: number,
): BreakerState => ({
  state: 'open',
  faults,
  opens: breaker.opens + 1,
  // Of the whole time it has not worked, so that people see since when.
  openedAtMs: breaker.openedAtMs ?? nowMs,
  retryAtMs: nowMs + Math.min(lastRestMs, firstRestMs * 2 ** breaker.opens),
  cause,
  probe: null,
  epoch: breaker.epoch + 1,
});
