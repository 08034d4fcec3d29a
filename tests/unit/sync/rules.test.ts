import { describe, expect, it } from 'vitest';
import type { FieldRule, Transform } from '#lib/sync/schema';
import { checkRules, newlyMapped } from '../../../lib/sync/lens/index.ts';

const rule = (field: string, more: Partial<FieldRule> = {}): FieldRule => ({
  field,
  side_field: field,
  direction: 'both',
  policy: null,
  transform: null,
  ...more,
});

describe('rules', () => {
  it('are refused where two fields would be written to one place', () => {
    expect(
      checkRules('task', [rule('body', { side_field: 'title' }), rule('title'), rule('nonsense')]),
    ).toEqual({
      title: '"body" is written to title already.',
      nonsense: 'A task has no field "nonsense".',
    });
    const reads = [rule('body', { side_field: 'title', direction: 'in' }), rule('title')];
    expect(checkRules('task', reads)).toEqual({});
  });

  it('move a field by its place, its form, and the direction it did not have', () => {
    const map: Transform = {
      type: 'values',
      pairs: [{ here: 'done', there: 'Closed' }],
      otherwise: 'keep',
    };
    const moved = (before: FieldRule[], after: FieldRule[]) => newlyMapped('task', before, after);
    expect(moved([], [rule('title', { policy: 'latest_wins' })])).toEqual([]);
    expect(moved([], [rule('title', { direction: 'in' })])).toEqual([]);
    expect(moved([], [rule('title', { direction: 'none' })])).toEqual([]);
    expect(moved([rule('title', { direction: 'none' })], [])).toEqual(['title']);
    expect(moved([rule('title', { direction: 'in' })], [])).toEqual(['title']);
    expect(moved([], [rule('priority', { transform: map })])).toEqual(['priority']);
    // Its place was given to another field, and is its own again.
    expect(moved([rule('body', { side_field: 'title' })], [])).toEqual(['title', 'body']);
  });
});
