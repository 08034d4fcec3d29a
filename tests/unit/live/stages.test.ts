import { describe, expect, it } from 'vitest';
import { nextLiveState } from '#lib/live/live-state';
import { linkStage, recordStage } from '#lib/live/overlay';
import type { Link, RecordRow } from '#lib/records/schema';

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

const link = (change: Partial<Link>): Link => ({
  id: '01900000-0000-7000-8000-000000000002',
  connection_id: '01900000-0000-7000-8000-000000000003',
  stream_id: '01900000-0000-7000-8000-000000000004',
  connector: 'x',
  external_key: '1',
  url: null,
  state: 'synced',
  held: [],
  error: null,
  dirty_at: null,
  pushed_at: null,
  echoed_at: null,
  ...change,
});

describe('the stage of an edit', () => {
  it.each([
    ['none before any edit', {}, { stage: 'none' }],
    ['saved while it waits', { state: 'dirty', dirty_at: at(1) }, { stage: 'saved', at: at(1) }],
    [
      'saved, with the flow it waits for',
      { state: 'dirty', dirty_at: at(1), waits_for: 'Issues' },
      { stage: 'saved', at: at(1), waitsFor: 'Issues' },
    ],
    [
      'sending while a call is under way',
      { state: 'pushing', dirty_at: at(1) },
      { stage: 'sending', at: at(1) },
    ],
    [
      'accepted with the time it took',
      { dirty_at: at(1), pushed_at: at(3) },
      { stage: 'accepted', at: at(3), ms: 2000 },
    ],
    [
      'echoed with the round trip',
      { dirty_at: at(1), pushed_at: at(3), echoed_at: at(4) },
      { stage: 'echoed', at: at(4), ms: 3000 },
    ],
    [
      'accepted again when the echo is of an older push',
      { dirty_at: at(5), pushed_at: at(6), echoed_at: at(4) },
      { stage: 'accepted', at: at(6), ms: 1000 },
    ],
    [
      'refused with the reason',
      { state: 'refused', error: { code: 'provider.refused', message: 'no' } },
      { stage: 'refused', code: 'provider.refused', message: 'no', here: null, waits: [] },
    ],
    [
      'refused and kept, where a person is asked',
      {
        state: 'refused',
        held: ['title'],
        error: { code: 'provider.refused', message: 'no', here: 'kept' },
      },
      {
        stage: 'refused',
        code: 'provider.refused',
        message: 'no',
        here: 'kept',
        waits: ['title'],
      },
    ],
    [
      'conflict with its fields',
      { state: 'conflict', held: ['title'] },
      { stage: 'conflict', fields: ['title'] },
    ],
  ] as const)('is %s', (_name, change, stage) => {
    expect(linkStage(link(change as Partial<Link>))).toEqual(stage);
  });

  it('of a record is what most needs a look', () => {
    const row = {
      id: 'r',
      links: [link({ dirty_at: at(1), pushed_at: at(2) }), link({ state: 'refused' })],
    } as unknown as RecordRow;
    expect(recordStage(row, []).stage).toBe('refused');
    // What waits for a person comes before what is only to be known.
    const conflict = link({ state: 'conflict', held: ['body'] });
    const asks = { ...row, links: [link({ state: 'refused' }), conflict] };
    expect(recordStage(asks, []).stage).toBe('conflict');
    const both = { ...row, links: [link({ state: 'refused', held: ['title'] }), conflict] };
    expect(recordStage(both, []).stage).toBe('refused');
    expect(
      recordStage(row, [
        { id: 'r', order: 1, patch: { mutation_id: 'm', version: 1, data: { title: 'x' } } },
      ]).stage,
    ).toBe('saving');
  });
});

describe('the live dot', () => {
  it('is live only after what was missed has been read', () => {
    expect(nextLiveState('connecting', { type: 'subscribed' })).toBe('catching_up');
    expect(nextLiveState('catching_up', { type: 'caught_up' })).toBe('live');
    expect(nextLiveState('live', { type: 'dropped' })).toBe('catching_up');
    expect(nextLiveState('catching_up', { type: 'gave_up' })).toBe('offline');
    expect(nextLiveState('offline', { type: 'dropped' })).toBe('offline');
    expect(nextLiveState('offline', { type: 'subscribed' })).toBe('catching_up');
  });
});
