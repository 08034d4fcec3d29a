import type { StatedTime } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';
import { atPath } from './at-path.ts';

/** Digits enough for some thousands of years, and too few for the next finer unit. */
const digits = { s: /^\d{1,11}$/, ms: /^\d{1,14}$/ };
/** RFC 3339, as services write it. */
const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Milliseconds since 1970, or null for a text in any other form: `Number` would take `1e9`, `0x1` and
 * the empty text, and a comparison with NaN is false whichever way round.
 */
export function readMoment(text: string, unit: StatedTime['unit']): number | null {
  if (unit === 'iso') {
    const ms = iso.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(ms) ? null : ms;
  }
  if (!digits[unit].test(text)) return null;
  return unit === 's' ? Number(text) * 1_000 : Number(text);
}

/** The same of a body: a number, or a text in RFC 3339. */
export function momentInBody(
  body: Json,
  path: readonly string[],
  unit: StatedTime['unit'],
): number | null {
  const value = atPath(body, path);
  if (unit === 'iso') return typeof value === 'string' ? readMoment(value, unit) : null;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return unit === 's' ? value * 1_000 : value;
}
