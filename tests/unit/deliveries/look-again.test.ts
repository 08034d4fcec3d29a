import { describe, expect, it } from 'vitest';
import { lookAgain } from '@/components/deliveries/use-channels';

describe('an old list of channels', () => {
  it('is looked for a few times, and not for ever', () => {
    const every = [1, 2, 3, 4, 5, 6].map((looks) => lookAgain({ state: 'stale', looks }, false));
    expect(every.filter((ms) => ms !== false)).toHaveLength(4);
    expect(every.at(-1)).toBe(false);
  });

  it('is not looked for where it is fresh, not there yet, or could not be read', () => {
    expect(lookAgain({ state: 'fresh', looks: 1 }, false)).toBe(false);
    expect(lookAgain(undefined, false)).toBe(false);
    expect(lookAgain({ state: 'stale', looks: 1 }, true)).toBe(false);
  });
});
