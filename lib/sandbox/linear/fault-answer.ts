import { type FaultEffect, faultResponse } from '../faults.ts';
import { type LinearCode, LinearError } from './linear-error.ts';

const codes: Record<number, LinearCode> = {
  400: 'RATELIMITED',
  401: 'AUTHENTICATION_ERROR',
  403: 'FORBIDDEN',
};

/** A failure in Linear's words; what is not JSON stays what it is. */
export function faultAnswer(effect: Extract<FaultEffect, { kind: 'status' }>): Response {
  if (effect.body !== 'json') return faultResponse(effect);
  const code = codes[effect.status] ?? 'INTERNAL_SERVER_ERROR';
  const message = code === 'RATELIMITED' ? 'Rate limit exceeded' : 'Set on purpose';
  const { retryAfterSeconds: seconds } = effect;
  const headers = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  return new LinearError(code, message, message, effect.status).response(headers);
}
