import type { ErrorCode, HubError } from '#lib/core/index';
import { syncLimits } from './limits.ts';

/**
 * What a fault means for a run. `fail`: it will not work. `wait`: nobody's fault, tried again without
 * counting. `restart`: the place it stood at is gone, so it reads from the beginning. `retry`: counted.
 */
export type RunFate = 'fail' | 'wait' | 'restart' | 'retry';

const fates: Partial<Record<ErrorCode, RunFate>> = {
  'provider.rate_limited': 'wait',
  'connections.needs_reauth': 'wait',
  'connections.not_active': 'wait',
  'provider.forbidden': 'fail',
  'provider.not_found': 'fail',
  'provider.refused': 'fail',
  'request.invalid': 'fail',
};

export function judgeRunFailure(fault: HubError, attempts: number, hasPlace: boolean): RunFate {
  const known = fates[fault.code];
  if (known) return known;
  if (attempts + 1 >= syncLimits.runAttempts) return 'fail';
  if (fault.code === 'provider.gone') return hasPlace ? 'restart' : 'fail';
  return 'retry';
}
