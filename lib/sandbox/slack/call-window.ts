import type { Clock } from '#lib/core/index';

/**
 * So many calls of one method and token in one minute; answers the seconds to wait when there were
 * more. https://docs.slack.dev/apis/web-api/rate-limits
 */
export function createCallWindow(
  clock: Clock,
  perMinute: number,
): (token: string, method: string) => number | null {
  const used = new Map<string, { minute: number; calls: number }>();
  return (token, method) => {
    const seconds = Math.floor(clock.now() / 1_000);
    const minute = Math.floor(seconds / 60);
    const name = `${token} ${method}`;
    const known = used.get(name);
    const window = known?.minute === minute ? known : { minute, calls: 0 };
    used.set(name, window);
    if (window.calls >= perMinute) return (minute + 1) * 60 - seconds;
    window.calls += 1;
    return null;
  };
}
