import { describe, expect, it } from 'vitest';
import { clockWords } from '@/components/connections/clock-words';

const said = (ahead_ms: number, error_ms = 300) =>
  clockWords({ ahead_ms, error_ms, measured_at: '2026-11-21T12:00:00.000Z' });

describe('the clock of a service', () => {
  it('is said to be off when it is by more than a few seconds', () => {
    expect(said(300_000)).toEqual({ text: 'about 5 min ahead of ours', isOff: true });
    expect(said(-42_000)).toEqual({ text: 'about 42 s behind ours', isOff: true });
    expect(said(7_200_000).text).toBe('about 2 h ahead of ours');
  });

  it('is said to be right only when that is known', () => {
    expect(said(1_200)).toEqual({ text: 'as ours, within seconds', isOff: false });
    expect(said(8_000, 60_000)).toEqual({ text: 'not known well enough', isOff: false });
    expect(clockWords(null)).toEqual({ text: 'not measured yet', isOff: false });
  });
});
