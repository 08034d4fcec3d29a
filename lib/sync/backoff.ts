import type { Clock, HubError } from '#lib/core/index';
import { syncLimits } from './limits.ts';

/**
 * Milliseconds until the next try after `attempts` failures in a row: doubling, capped, with up to
 * half taken off by chance so that many links do not come back at once. What the service asks for
 * (Retry-After) is the least.
 */
export function backoffMs(attempts: number, error: HubError, clock: Clock): number {
  const { backoffFirstMs, backoffMostMs } = syncLimits;
  const doubled = backoffFirstMs * 2 ** Math.min(Math.max(attempts - 1, 0), 20);
  const own = Math.min(doubled, backoffMostMs) * (1 - clock.random() / 2);
  return Math.round(Math.max(own, error.afterMs ?? 0));
}
