import { newId } from '#lib/core/index';
import { isUnavailable } from '#lib/db/index';
import { captureError, type Logger } from '#lib/observability/index';
import { type RotationDeps, type RotationOutcome, rotateKeys } from './rotate-keys.ts';
import { dropHolder, holderSeconds, putHolder, selectKeyUse } from './rotation-store.ts';

export interface Rotating {
  /** Ends after the batch in hand; what is left is done by whoever comes next. */
  stop(): Promise<void>;
}

const beatMs = (holderSeconds * 1000) / 3;
/** A process that leaves waits no longer for an answer: a pooler in between may have lost it. */
const stopMs = 2_000;
/** How long until it is looked again, by what came of the last look. */
const restMs: Record<RotationOutcome, number> = { again: 1_000, waiting: 5_000, settled: 60_000 };

/**
 * As long as the process lives it says which keys it holds, and sees to it that everything of its
 * class is sealed to the present one. A key is changed by starting the processes with a new one in
 * front and the old ones behind it; nothing else has to be asked for.
 */
export function startRotating(deps: Omit<RotationDeps, 'holder'> & { log: Logger }): Rotating {
  const holder = newId();
  const stopping = new AbortController();
  const { signal } = stopping;
  const row = { holder, class: deps.class, keyIds: deps.opener.keyIds };

  const beat = (async () => {
    while (!signal.aborted) {
      await guarded(deps.log, () => putHolder(deps.db, row));
      await rest(beatMs, signal);
    }
  })();
  const work = (async () => {
    await guarded(deps.log, () => putHolder(deps.db, row));
    await guarded(deps.log, () => tellOfStrangers(deps));
    while (!signal.aborted) {
      const outcome = await guarded(deps.log, () => rotateKeys({ ...deps, holder }, signal));
      await rest(restMs[outcome ?? 'again'], signal);
    }
  })();

  return {
    stop: async () => {
      stopping.abort();
      await within(stopMs, Promise.all([beat, work]));
      // What is not taken away runs out by itself.
      await within(
        stopMs,
        guarded(deps.log, () => dropHolder(deps.db, holder)),
      );
    },
  };
}

/** A forgotten older key is a sentence in the log at once, and not only a connection that fails. */
async function tellOfStrangers(
  deps: Omit<RotationDeps, 'holder'> & { log: Logger },
): Promise<void> {
  const use = await selectKeyUse(deps.db);
  const strange = use.filter(
    (row) => row.class === deps.class && !deps.opener.keyIds.includes(row.key_id),
  );
  if (strange.length === 0) return;
  deps.log.error('values are sealed to keys that are not here; put them among the older keys', {
    count: strange.reduce((all, row) => all + row.sealed, 0),
    reason: [...new Set(strange.map((row) => row.key_id))].join(', '),
  });
}

/** PostgreSQL being away is waited for; anything else is reported and tried again all the same. */
async function guarded<T>(log: Logger, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isUnavailable(error)) log.debug('keys were not looked after', { err: error });
    else captureError(log, error, 'keys could not be looked after');
    return null;
  }
}

const within = (ms: number, work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, new Promise((resolve) => void setTimeout(resolve, ms).unref())]);

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
