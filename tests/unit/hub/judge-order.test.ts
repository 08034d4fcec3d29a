import { describe, expect, it } from 'vitest';
import { judgeOrder } from '#lib/hub/sagas/judge-order';

type Ordered = Parameters<typeof judgeOrder>[0];

const minute = 60_000;
const at = (of: Partial<Ordered>, isClosed = false) =>
  judgeOrder(
    {
      state: 'owed',
      error: null,
      external_key: null,
      age_ms: 0,
      is_parked: false,
      link_id: null,
      ...of,
    },
    { provider: 'GitHub', is_closed: isClosed },
  );

describe('an object that was ordered', () => {
  it('is there: the saga goes on and names it', () => {
    expect(at({ state: 'done', link_id: 'link', external_key: '12' })).toEqual({
      output: { link_id: 'link' },
      note: 'Made at GitHub as 12.',
    });
  });

  it('was refused: in the service’s words, and nothing is tried again', () => {
    const error = { message: 'title is too long.' };
    expect(() => at({ state: 'refused', error })).toThrow(
      expect.objectContaining({ message: error.message, retry: 'never' }),
    );
    expect(() => at({ state: 'cancelled' })).toThrow(/cancelled/);
  });

  it('is waited for, and looked at less often the longer it takes', () => {
    const waits = [0, minute, 5 * minute, 60 * minute].map((age_ms) => {
      const judged = at({ state: 'sending', age_ms });
      return 'waitMs' in judged ? judged.waitMs : null;
    });
    expect(waits).toEqual([300, 3_000, 15_000, 15_000]);
  });

  it('is given up when nobody could ask for it in ten minutes, never while a call may have had an effect', () => {
    expect(at({ age_ms: 9 * minute })).toMatchObject({ note: 'GitHub is asked next.' });
    const error = { message: 'GitHub asks us to wait.' };
    expect(() => at({ age_ms: 11 * minute, error })).toThrow(error.message);
    expect(() => at({ age_ms: 11 * minute }, true)).toThrow(/not active/);
    for (const state of ['sending', 'unknown'] as const) {
      expect(at({ state, age_ms: 24 * 60 * minute })).toHaveProperty('waitMs');
    }
  });

  it('that only a person can tell says what to do', () => {
    const error = { message: '2 objects there look like it.' };
    expect(at({ state: 'unknown', is_parked: true, error })).toEqual({
      waitMs: minute,
      note: error.message,
    });
  });
});
