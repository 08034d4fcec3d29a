import { describe, expect, it } from 'vitest';
import {
  estimateSeconds,
  formatDuration,
  formatEta,
  formatExact,
  formatRelative,
} from '@/components/ui/format-time';

const now = Date.UTC(2026, 10, 20, 12, 0, 0);
const ago = (seconds: number) => now - seconds * 1000;

describe('time left', () => {
  it.each([
    [undefined, ''],
    [Number.NaN, ''],
    [Number.POSITIVE_INFINITY, ''],
    [-1, ''],
    [0.4, 'almost done'],
    [4.2, '5 s left'],
    [11, '15 s left'],
    [57, '55 s left'],
    [60, '1 min left'],
    [61, '2 min left'],
    [3599, '1 h left'],
    [3600, '1 h left'],
    [7500, '2 h 5 min left'],
    [100_000, '1 d 3 h left'],
  ])('says of %s seconds: %s', (seconds, text) => {
    expect(formatEta(seconds)).toBe(text);
  });

  it('claims nothing without a total or a rate', () => {
    expect(estimateSeconds(10, null, 5)).toBeUndefined();
    expect(estimateSeconds(10, 100, 0)).toBeUndefined();
    expect(estimateSeconds(10, 100, undefined)).toBeUndefined();
  });

  it('is never negative when more was done than expected', () => {
    expect(estimateSeconds(120, 100, 5)).toBe(0);
    expect(estimateSeconds(10, 100, 9)).toBe(10);
  });
});

describe('relative time', () => {
  it.each([
    [ago(0.4), 'now'],
    [ago(59), '59 s ago'],
    [ago(60), '1 min ago'],
    [ago(3599), '59 min ago'],
    [ago(7200), '2 h ago'],
    [ago(86_400 * 3), '3 d ago'],
    [ago(86_400 * 40), '11 Oct 2026'],
    [ago(-90), 'in 1 min'],
    [Number.NaN, 'unknown'],
  ])('%s reads %s', (at, text) => {
    expect(formatRelative(at, now)).toBe(text);
  });

  it('names the day of this year and the month of another, in tables', () => {
    expect(formatRelative(ago(86_400 * 40), now, true)).toBe('11 Oct');
    expect(formatRelative(ago(86_400 * 400), now, true)).toBe('Oct 2025');
  });

  it('is short in tables', () => {
    expect(formatRelative(ago(240), now, true)).toBe('4 m');
  });

  it('has an exact value with milliseconds and zone', () => {
    expect(formatExact(now + 7, 'UTC')).toBe('20 Nov 2026, 12:00:00.007 UTC');
    expect(formatExact(Number.NaN)).toBe('unknown time');
  });
});

describe('a measured length of time', () => {
  it.each([
    [212, '212 ms'],
    [2140, '2.1 s'],
    [41_000, '41 s'],
    [125_000, '2 min 5 s'],
    [-1, 'unknown'],
  ])('%s ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
