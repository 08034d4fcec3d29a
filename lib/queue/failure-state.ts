import { isHubError } from '#lib/core/index';

/** A row whose job failed is left alone this long at first, then twice as long each time. */
const firstMs = 5_000;
const mostMs = 600_000;
const reasonChars = 500;

/** How long a key that failed `count` times in a row is left alone; with chance, so that they part. */
export function backoffMs(count: number, random: number): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(30, Math.max(0, count - 1)));
  return Math.round(whole * (0.75 + random / 2));
}

export interface Fault {
  code: string;
  reason: string;
}

/**
 * A fault as it may be shown: ours in its own words; of any other only what kind it is, because its
 * message may hold what a service or a person said. The log has it whole.
 */
export function describeFault(error: unknown): Fault {
  if (isHubError(error)) return { code: error.code, reason: error.message.slice(0, reasonChars) };
  const name = error instanceof Error ? error.name : typeof error;
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
  const what = code && /^[A-Z0-9_]{2,40}$/.test(code) ? `${name} ${code}` : name;
  return {
    code: 'internal.unexpected',
    reason: `The handler threw ${what.slice(0, 120)}; the worker’s log has the rest.`,
  };
}

/** What ends the process it runs in throws nothing. */
export const deathFault: Fault = {
  code: 'worker.died',
  reason: 'Workers ended again and again while they worked on it.',
};
