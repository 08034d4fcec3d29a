import type { HubError } from '#lib/core/index';
import type { ConnectionDeps } from './worker-deps.ts';

/** renewed: read what is stored now. held: another process has the lease. Else why it did not work. */
export type Renewal = 'renewed' | 'held' | HubError;

/** Renewals under way in this process, by connection and version. Nothing secret is kept here. */
const underWay = new WeakMap<ConnectionDeps['opener'], Map<string, Promise<Renewal>>>();

const renewalsOf = (deps: Pick<ConnectionDeps, 'opener'>): Map<string, Promise<Renewal>> => {
  const present = underWay.get(deps.opener) ?? new Map<string, Promise<Renewal>>();
  underWay.set(deps.opener, present);
  return present;
};

export const isRenewing = (deps: Pick<ConnectionDeps, 'opener'>, key: string): boolean =>
  renewalsOf(deps).has(key);

/**
 * Of those who need the same renewal in this process one does it and the others wait for it, so that
 * a thousand callers are one look at the lease and not a thousand. Nobody's signal ends it: an
 * aborted job stops waiting, and the renewal goes on to its end.
 */
export async function joinRenewal(
  deps: Pick<ConnectionDeps, 'opener'>,
  key: string,
  signal: AbortSignal,
  renew: () => Promise<Renewal>,
): Promise<Renewal> {
  const renewals = renewalsOf(deps);
  let renewal = renewals.get(key);
  if (!renewal) {
    renewal = renew().finally(() => renewals.delete(key));
    renewals.set(key, renewal);
    renewal.catch(() => undefined);
  }
  return untilAborted(renewal, signal);
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
