import type { Clock } from '#lib/core/index';

/** So many calls of one key in one second. https://docs.stripe.com/rate-limits */
export function createCallWindow(clock: Clock, perSecond: number): (key: string) => boolean {
  const used = new Map<string, { second: number; calls: number }>();
  return (key) => {
    const second = Math.floor(clock.now() / 1_000);
    const known = used.get(key);
    const window = known?.second === second ? known : { second, calls: 0 };
    used.set(key, window);
    if (window.calls >= perSecond) return false;
    window.calls += 1;
    return true;
  };
}
