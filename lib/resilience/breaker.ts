import { type Clock, type ErrorCode, HubError, isHubError, newId } from '#lib/core/index';
import { type BreakerState, type CallOutcome, judgeCall, judgeOutcome } from './breaker-state.ts';

/** Faults of the service itself. A refusal is an answer and opens nothing. */
const serviceFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'provider.unavailable',
  'provider.timeout',
  'provider.unreachable',
  'provider.bad_answer',
  'provider.answer_too_large',
]);

/** Where a breaker is kept. Times are by its clock. */
export interface BreakerStore {
  read(): Promise<{ breaker: BreakerState; nowMs: number }>;
  /** Under its lock: writes what `decide` makes of it (null: nothing) and answers what then holds. */
  change(
    decide: (breaker: BreakerState, nowMs: number) => BreakerState | null,
  ): Promise<{ before: BreakerState; after: BreakerState; nowMs: number }>;
}

export interface Breaker {
  /** Runs the call, or refuses at once while the service is resting. */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** Throws what `run` would throw, as far as is known without asking and without trying. */
  check(): void;
}

export interface BreakerOptions {
  store: BreakerStore;
  clock: Clock;
  /** Told by the worker that changed it, once per change. Never throws. */
  onChange?: (before: BreakerState, after: BreakerState) => Promise<void>;
  /** Told when an outcome could not be written. */
  onFault?: (error: unknown) => void;
  /** Takes out of a fault's message what must not be kept. */
  clean?: (message: string) => string;
}

/** A closed breaker is believed so long without another look. */
const trustMs = 200;

interface Seen {
  breaker: BreakerState;
  nowMs: number;
  atMs: number;
}

/** A circuit breaker that all workers share: it opens for all, and one of them tries for all. */
export function createBreaker(options: BreakerOptions): Breaker {
  const { store, clock, onChange, onFault, clean = (message: string) => message } = options;
  const holder = newId();
  let seen: Seen | null = null;
  const remember = ({ breaker, nowMs }: { breaker: BreakerState; nowMs: number }): Seen => {
    seen = { breaker, nowMs, atMs: clock.now() };
    return seen;
  };
  const isTrusted = (look: Seen | null): look is Seen =>
    look?.breaker.state === 'closed' && Math.abs(clock.now() - look.atMs) < trustMs;

  /** The state a call is made in, or the refusal. */
  const enter = async (): Promise<BreakerState> => {
    const known = isTrusted(seen) ? seen : remember(await store.read());
    const verdict = judgeCall(known.breaker, holder, known.nowMs);
    if (verdict.go === 'call') return known.breaker;
    if (verdict.go === 'no') throw resting(verdict.waitMs, verdict.cause);
    const { before, after, nowMs } = await store.change((breaker, atMs) => {
      const again = judgeCall(breaker, holder, atMs);
      return again.go === 'probe' ? again.next : null;
    });
    remember({ breaker: after, nowMs });
    if (after.epoch !== before.epoch) await onChange?.(before, after);
    else {
      // Somebody was faster: they try, or have closed it.
      const then = judgeCall(after, holder, nowMs);
      if (then.go !== 'call') throw resting(then.go === 'no' ? then.waitMs : 1, after.cause);
    }
    return after;
  };

  const leave = async (entered: BreakerState, outcome: CallOutcome): Promise<void> => {
    const known = seen?.breaker ?? entered;
    const isClosed = entered.state === 'closed' && known.state === 'closed';
    if (isClosed && judgeOutcome(known, known, outcome, 0) === null) return;
    try {
      const { before, after, nowMs } = await store.change((breaker, atMs) =>
        judgeOutcome(breaker, entered, outcome, atMs),
      );
      remember({ breaker: after, nowMs });
      if (before.state !== after.state) await onChange?.(before, after);
    } catch (error) {
      // The call is over, and how it ended is its caller's to hear. A probe is followed by another.
      onFault?.(error);
    }
  };

  return {
    check: () => {
      if (!seen || seen.breaker.state === 'closed') return;
      const nowMs = seen.nowMs + (clock.now() - seen.atMs);
      const verdict = judgeCall(seen.breaker, holder, nowMs);
      // One that is half open may have closed by now.
      if (verdict.go === 'no' && seen.breaker.state === 'open') {
        throw resting(verdict.waitMs, verdict.cause);
      }
    },
    run: async (call) => {
      const entered = await enter();
      let result: Awaited<ReturnType<typeof call>>;
      try {
        result = await call();
      } catch (error) {
        await leave(entered, outcomeOf(error, clean));
        throw error;
      }
      await leave(entered, { kind: 'ok' });
      return result;
    },
  };
}

/** What is no fault of ours and none of the service is an answer of it. */
function outcomeOf(error: unknown, clean: (message: string) => string): CallOutcome {
  if (!isHubError(error) || !error.code.startsWith('provider.')) return { kind: 'none' };
  if (!serviceFaults.has(error.code)) return { kind: 'ok' };
  return { kind: 'fault', cause: { code: error.code, message: clean(error.message) } };
}

const resting = (waitMs: number, cause: { message: string } | null): HubError =>
  new HubError(
    'provider.unavailable',
    `The service failed several times in a row and is left alone for a moment.${cause ? ` ${cause.message}` : ''}`,
    {
      retry: 'after',
      afterMs: Math.max(1, Math.ceil(waitMs)),
      details: { sent: false, breaker: 'open' },
    },
  );

/** Whether an error says that the service was left alone, not asked. */
export const isResting = (error: HubError): boolean => error.details?.['breaker'] === 'open';
