// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { describeProgress, ProgressBar } from '@/components/ui/progress-bar';

afterEach(cleanup);

it('says how much, how fast and how long', () => {
  const words = describeProgress({
    done: 312,
    total: 501,
    unit: 'issues',
    ratePerSecond: 42,
    state: 'running',
  });
  expect(words).toEqual(['312 of 501 issues', '42/s', '5 s left']);
});

it('gives no time left while paused', () => {
  const words = describeProgress({ done: 1, total: 10, ratePerSecond: 1, state: 'paused' });
  expect(words).toEqual(['1 of 10', 'paused']);
});

it('claims no share of an unknown total', () => {
  render(<ProgressBar label="Reading" done={90} total={null} unit="issues" />);
  const bar = screen.getByRole('progressbar', { name: 'Reading' });
  expect(bar.getAttribute('aria-valuenow')).toBeNull();
  expect(bar.getAttribute('aria-valuetext')).toBe('90 issues');
});

it('never shows a hundred before the end, nor more than that', () => {
  const { rerender } = render(<ProgressBar label="Reading" done={1999} total={2000} />);
  const bar = screen.getByRole('progressbar');
  expect(bar.getAttribute('aria-valuenow')).toBe('99');
  rerender(<ProgressBar label="Reading" done={2100} total={2000} />);
  expect(bar.getAttribute('aria-valuenow')).toBe('100');
});
