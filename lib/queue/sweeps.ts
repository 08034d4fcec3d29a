import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { type Db, isUnavailable, type WorkName } from '#lib/db/index';
import type { Logger } from '#lib/observability/index';
import { startListener, type WorkListener } from './listener.ts';
import type { QueueName } from './queue-table.ts';

/** Turns due rows of one kind into jobs. */
export interface Sweep {
  /** The hint this sweep answers to; null for one that only looks by the clock. */
  work: WorkName | null;
  /** Named in logs and health. */
  name?: string;
  /** Where its jobs go: it rests while that one rests, and looks again when there is room in it. */
  queue?: QueueName;
  /** How often it looks by itself, whatever it hears. */
  everyMs: number;
  /** Hints within this time are one: for what nobody waits for, and is cheaper done together. */
  settleMs?: number;
  /**
   * Enqueues due rows in one transaction; answers how many. It is asked again at once until there are
   * none, unless it knows that it has left none.
   */
  run(): Promise<number | Swept>;
}

export interface Swept {
  enqueued: number;
  /** Whether due rows may have been left for want of room or of time. */
  mayLeave: boolean;
}

export interface Sweeps {
  mode(): 'listen' | 'poll';
  /** Runs the sweeps of this kind now, as a hint would. */
  poke(work: WorkName): void;
  /** Jobs of this queue came to an end: rows left where they were may have room now. */
  settled(queue: QueueName): void;
  stop(): Promise<void>;
}

export interface SweepOptions {
  db: Db;
  /** A session connection for LISTEN; without one, or while it is away, rows are polled for. */
  sessionUrl?: string | undefined;
  sweeps: readonly Sweep[];
  log: Logger;
  /** Called after a sweep that enqueued something: its queue is kicked here, all of them if it names none. */
  onEnqueued?: (queue: QueueName | undefined, count: number) => void;
  isPaused?: (queue: QueueName) => boolean;
}

/** Without hints every sweep looks this often. */
const pollMs = 250;
const failedPauseMs = 500;
/**
 * A sweep takes moments. One that is not heard of for so long has lost its connection without being
 * told (a pooler in between may do that), and is begun anew; what it claimed runs out by its lease.
 */
const sweepMs = 30_000;
/** A stopping worker waits no longer than this for one under way. */
const stopMs = 2_000;
/** Ends of jobs within this time are one reason to look, not many. */
const settledMs = 15;
/**
 * A sweep that was asked for again while it ran rests so many times as long as it took, at most so many
 * milliseconds: a hint that comes alone is followed at once, in a crowd of them rows are taken together,
 * and the busier the machine the more of them.
 */
const restTimes = 4;
const restMaxMs = 100;
/** Rounds of one sweep without a rest, so that one kind of work cannot hold the loop for ever. */
const maxRounds = 50;

/**
 * One loop per sweep. A hint starts it at once; hints that come while it runs are remembered as one.
 * A sweep that fails (PostgreSQL restarts) is logged and tried again; the loops end with stop().
 */
export function startSweeps(options: SweepOptions): Sweeps {
  const loops = options.sweeps.map((sweep) => startLoop(sweep, options, () => mode()));
  const poke = (work: WorkName): void => {
    for (const loop of loops) if (loop.work === work) loop.poke();
  };
  const pokeAll = (): void => {
    for (const loop of loops) loop.poke();
  };
  const listener: WorkListener | null = options.sessionUrl
    ? startListener({
        url: options.sessionUrl,
        log: options.log,
        onWork: (work) => poke(work as WorkName),
        // What was due while nobody listened.
        onListening: pokeAll,
      })
    : null;
  const mode = (): 'listen' | 'poll' => (listener?.isListening() ? 'listen' : 'poll');
  return {
    mode,
    poke,
    settled: (queue) => {
      for (const loop of loops) if (loop.queue === queue) loop.pokeSoon();
    },
    stop: async () => {
      await Promise.all([...loops.map((loop) => loop.stop()), listener?.stop()]);
    },
  };
}

/** Settles with the sweep, or fails when it takes too long, sooner while the worker stops. */
function bounded<T>(run: Promise<T>, stopping: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('A sweep did not end in time'));
    let timer = setTimeout(giveUp, sweepMs);
    const hurry = (): void => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, stopMs);
    };
    if (stopping.aborted) hurry();
    else stopping.addEventListener('abort', hurry, { once: true });
    run.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', hurry);
    });
  });
}

interface Loop {
  work: WorkName | null;
  queue: QueueName | undefined;
  poke(): void;
  pokeSoon(): void;
  stop(): Promise<void>;
}

function startLoop(sweep: Sweep, options: SweepOptions, mode: () => 'listen' | 'poll'): Loop {
  let isStopping = false;
  const stopping = new AbortController();
  let isDue = false;
  let hasLeft = true;
  let rouse: () => void = () => undefined;
  let soon: NodeJS.Timeout | undefined;
  let settling: NodeJS.Timeout | undefined;
  const begin = (): void => {
    settling = undefined;
    isDue = true;
    rouse();
  };
  const poke = (): void => {
    if (sweep.settleMs === undefined) begin();
    else settling ??= setTimeout(begin, sweep.settleMs).unref();
  };
  /** Hints go on being gathered; the end of the worker is not waited for. */
  const breathe = (ms: number): Promise<void> =>
    setTimeoutPromise(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  const rest = async (): Promise<void> => {
    if (isDue || isStopping) return;
    const hears = sweep.work === null || mode() === 'listen';
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, hears ? sweep.everyMs : Math.min(pollMs, sweep.everyMs));
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };
  const turn = async (): Promise<void> => {
    isDue = false;
    for (let round = 0; round < maxRounds && !isStopping; round += 1) {
      if (sweep.queue && options.isPaused?.(sweep.queue)) return;
      const swept = await bounded(sweep.run(), stopping.signal);
      const { enqueued, mayLeave } =
        typeof swept === 'number' ? { enqueued: swept, mayLeave: true } : swept;
      hasLeft = mayLeave;
      if (enqueued > 0) options.onEnqueued?.(sweep.queue, enqueued);
      if (enqueued === 0 || !mayLeave) return;
    }
  };
  const run = async (): Promise<void> => {
    while (!isStopping) {
      try {
        const began = performance.now();
        await turn();
        const tookMs = performance.now() - began;
        if (isDue && !isStopping) await breathe(Math.min(tookMs * restTimes, restMaxMs));
      } catch (error) {
        const part = sweep.name ?? sweep.work ?? 'sweep';
        const fields = { part, err: error };
        if (isUnavailable(error)) options.log.warn('A sweep waits for PostgreSQL', fields);
        else options.log.error('A sweep failed and is repeated', fields);
        if (!isStopping) await new Promise((resolve) => setTimeout(resolve, failedPauseMs));
      }
      await rest();
    }
  };
  const running = run();
  return {
    work: sweep.work,
    queue: sweep.queue,
    poke,
    pokeSoon: () => {
      if (!hasLeft) return;
      soon ??= setTimeout(() => {
        soon = undefined;
        poke();
      }, settledMs).unref();
    },
    stop: () => {
      isStopping = true;
      stopping.abort();
      clearTimeout(soon);
      clearTimeout(settling);
      rouse();
      return running;
    },
  };
}
