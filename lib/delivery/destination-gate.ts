import { type Clock, HubError, isHubError } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { type Breaker, createBreaker, isResting, postgresBreaker } from '#lib/resilience/index';
import { redact } from '#lib/security/index';
import {
  changeRest,
  type DestinationAt,
  destinationBreakers,
  readRest,
} from './destination-store.ts';
import type { Verdict } from './judge-answer.ts';
import { judgeRest, restLeftMs } from './rest-state.ts';
import type { SendOutcome } from './sender.ts';

export interface GateDeps {
  db: Db;
  clock: Clock;
  /** Told when the end of a call could not be written. */
  onFault: (error: unknown) => void;
}

/** Lets calls through to destinations that work, and to one caller where one is to be tried. */
export interface DestinationGate {
  pass(at: DestinationAt, call: () => Promise<Verdict>): Promise<SendOutcome>;
}

/** Destinations remembered by one worker. What is forgotten is read again. */
const remembered = 5_000;
/** A held delivery is looked at again no sooner. */
const heldMinMs = 500;

/** Carries a verdict through the breaker as a fault of the service. */
class BadHealth extends HubError {
  readonly verdict: Verdict;
  constructor(verdict: Verdict, reason: string) {
    super('provider.unavailable', reason);
    this.verdict = verdict;
  }
}

/** One breaker and one rest for each destination, shared by all workers. */
export function createDestinationGate(deps: GateDeps): DestinationGate {
  const breakers = new Map<string, Breaker>();
  const breakerOf = (at: DestinationAt): Breaker => {
    const known = breakers.get(at.subscriptionId);
    const breaker =
      known ??
      createBreaker({
        store: postgresBreaker(deps.db, destinationBreakers, {
          workspaceId: at.workspaceId,
          ownerId: at.subscriptionId,
        }),
        clock: deps.clock,
        clean: redact,
        onFault: deps.onFault,
      });
    breakers.delete(at.subscriptionId);
    breakers.set(at.subscriptionId, breaker);
    const [oldest] = breakers.keys();
    if (breakers.size > remembered && oldest !== undefined) breakers.delete(oldest);
    return breaker;
  };

  return {
    pass: async (at, call) => {
      const { rest, nowMs } = await readRest(deps.db, at);
      const leftMs = restLeftMs(rest, nowMs);
      if (leftMs > 0) {
        return held(leftMs, 'destination.resting', 'The destination asked to be left alone.');
      }
      const outcome = await throughBreaker(breakerOf(at), call);
      if (isHeld(outcome)) return outcome;
      await noteRest(deps, at, outcome, rest.rests > 0);
      return outcome.outcome;
    },
  };
}

type Passed = Verdict | Extract<SendOutcome, { type: 'held' }>;
const isHeld = (passed: Passed): passed is Extract<SendOutcome, { type: 'held' }> =>
  'type' in passed;

async function throughBreaker(breaker: Breaker, call: () => Promise<Verdict>): Promise<Passed> {
  try {
    return await breaker.run(async () => {
      const verdict = await call();
      const { outcome } = verdict;
      if (verdict.health === 'fault' && 'reason' in outcome) {
        throw new BadHealth(verdict, outcome.reason);
      }
      // Neither good nor bad: the breaker hears of it as of a call that was given up.
      if (verdict.health === 'none') throw new Unsaid(verdict);
      return verdict;
    });
  } catch (error) {
    if (error instanceof BadHealth || error instanceof Unsaid) return error.verdict;
    if (isHubError(error) && isResting(error)) {
      return held(error.afterMs ?? heldMinMs, 'destination.breaker_open', error.message);
    }
    throw error;
  }
}

class Unsaid extends Error {
  readonly verdict: Verdict;
  constructor(verdict: Verdict) {
    super('An answer that says nothing of the destination');
    this.verdict = verdict;
  }
}

const held = (
  afterMs: number,
  code: string,
  reason: string,
): Extract<SendOutcome, { type: 'held' }> => ({
  type: 'held',
  afterMs: Math.max(heldMinMs, Math.ceil(afterMs)),
  code,
  reason,
});

async function noteRest(
  deps: GateDeps,
  at: DestinationAt,
  verdict: Verdict,
  hadRests: boolean,
): Promise<void> {
  if (!verdict.throttle && !hadRests) return;
  const isOk = verdict.outcome.type === 'delivered';
  try {
    await changeRest(deps.db, at, (rest, nowMs) =>
      judgeRest(rest, { isThrottle: verdict.throttle, restMs: verdict.restMs, isOk }, nowMs),
    );
  } catch (error) {
    // The call is over and counts; a rest that was not noted is asked for again.
    deps.onFault(error);
  }
}
