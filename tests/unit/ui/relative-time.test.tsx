// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RelativeTime } from '@/components/ui/relative-time';

const now = Date.UTC(2026, 10, 20, 12, 0, 0);

beforeEach(() => {
  vi.useFakeTimers({ now });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('stays true while it is on screen', () => {
  render(<RelativeTime value={now - 58_000} />);
  expect(screen.getByText('58 s ago')).toBeTruthy();
  act(() => {
    vi.advanceTimersByTime(2000);
  });
  expect(screen.getByText('1 min ago')).toBeTruthy();
});

it('has the exact moment on hover', () => {
  render(<RelativeTime value="2026-11-20T11:59:00.250Z" />);
  const time = screen.getByText('59 s ago');
  expect(time.getAttribute('datetime')).toBe('2026-11-20T11:59:00.250Z');
  expect(time.title).toContain('2026-11-20T11:59:00.250Z');
});

it('shares one timer, and stops it with the last one', () => {
  const { unmount } = render(
    <>
      <RelativeTime value={now} />
      <RelativeTime value={now - 1000} />
    </>,
  );
  expect(vi.getTimerCount()).toBe(1);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});

it('is rendered on the server without knowing the reader’s zone', () => {
  const html = renderToString(<RelativeTime value={now - 5000} />);
  expect(html).toContain('title="2026-11-20T11:59:55.000Z"');
});

it('does not pretend to know what it was not told', () => {
  render(<RelativeTime value="soon" />);
  expect(screen.getByText('unknown').getAttribute('datetime')).toBeNull();
});
