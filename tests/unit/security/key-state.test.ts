import { describe, expect, it } from 'vitest';
import { stateOf } from '../../../lib/security/read-keys.ts';

const [old, next, lost] = ['0'.repeat(16), '1'.repeat(16), '2'.repeat(16)] as [
  string,
  string,
  string,
];
const holder = (present: string, opens: string[], processes = 1) => ({
  class: 'worker' as const,
  present_key: present,
  opens,
  processes,
});
const use = (keyId: string, sealed: number) => ({
  class: 'worker' as const,
  part: 'credentials' as const,
  key_id: keyId,
  sealed,
});
const state = (holders: ReturnType<typeof holder>[], rows: ReturnType<typeof use>[]) =>
  stateOf('worker', { holders, use: rows, rotations: [] });
const keyOf = (found: ReturnType<typeof state>, id: string) =>
  found.keys.find((key) => key.key_id === id);

describe('what may be said of a key', () => {
  it('is present where every process seals to it', () => {
    const found = state([holder(next, [next, old], 2)], [use(next, 5)]);
    expect(found).toMatchObject({ present: [next], processes: 2 });
    expect(keyOf(found, next)).toMatchObject({ is_present: true, sealed: 5, may_go: false });
  });

  it('is that an old one may go once nothing is sealed to it, and not before', () => {
    const before = state([holder(next, [next, old])], [use(next, 5), use(old, 1)]);
    expect(keyOf(before, old)).toMatchObject({ is_held: true, may_go: false, sealed: 1 });
    const after = state([holder(next, [next, old])], [use(next, 6)]);
    expect(keyOf(after, old)).toMatchObject({ is_held: true, may_go: true, sealed: 0 });
  });

  it('is never that one may go which another process still seals to', () => {
    const found = state([holder(next, [next, old]), holder(old, [old])], []);
    expect(found.present).toEqual([next, old]);
    expect(keyOf(found, old)?.may_go).toBe(false);
  });

  it('is that it is missing when values are sealed to one nobody holds', () => {
    const found = state([holder(next, [next])], [use(lost, 3)]);
    expect(keyOf(found, lost)).toMatchObject({ is_held: false, sealed: 3, may_go: false });
  });

  it('adds up what is sealed to it in several places, and leaves the other class alone', () => {
    const rows = [use(next, 2), { ...use(next, 3), part: 'app_secrets' as const }];
    const other = { ...use(next, 100), class: 'gateway' as const };
    const found = stateOf('worker', {
      holders: [holder(next, [next])],
      use: [...rows, other] as Parameters<typeof stateOf>[1]['use'],
      rotations: [],
    });
    expect(keyOf(found, next)?.sealed).toBe(5);
  });

  it('is nothing without a living process', () => {
    const found = state([], [use(old, 1)]);
    expect(found).toMatchObject({ present: [], processes: 0 });
    expect(keyOf(found, old)).toMatchObject({ is_held: false, may_go: false });
  });
});
