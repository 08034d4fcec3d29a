import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/core/index';
import type { MergePolicy } from '#lib/kinds/index';
import { type MergeInput, mergeRecord } from '#lib/sync/merge/index';

const task = (fields: JsonObject): JsonObject => ({
  title: 'Pump leaks',
  body: null,
  state: 'open',
  labels: ['bug'],
  ...fields,
});

const merge = (input: Partial<MergeInput>) =>
  mergeRecord({
    kind: 'task',
    local: task({}),
    base: task({}),
    remote: task({}),
    held: [],
    inFlight: null,
    ...input,
  });

const merging = (policy: MergePolicy, more: Partial<MergeInput> = {}) =>
  merge({
    local: task({ title: 'Ours' }),
    remote: task({ title: 'Theirs' }),
    policies: { title: policy },
    ...more,
  });

describe('mergeRecord', () => {
  it('fills a first record with the kind’s defaults and sends nothing of them', () => {
    const met = merge({ local: null, base: null, remote: { title: 'New', number: 7 } });
    expect(met.data).toMatchObject({ title: 'New', number: 7, state: 'open', labels: [] });
    expect(met.base).toEqual({ title: 'New', number: 7 });
    expect(met.dirty).toEqual([]);
    expect(new Set(met.changed)).toEqual(new Set(Object.keys(met.data)));
  });

  it('takes the service’s value where only the service changed', () => {
    const out = merge({ remote: task({ title: 'Pump drips' }) });
    expect(out.data['title']).toBe('Pump drips');
    expect(out.changed).toEqual(['title']);
    expect(out.conflicts).toEqual([]);
  });

  it('keeps our value where only we changed, and knows that it is unsent', () => {
    const out = merge({ local: task({ title: 'Ours' }) });
    expect(out.data['title']).toBe('Ours');
    expect(out.dirty).toEqual(['title']);
    expect(out.base['title']).toBe('Pump leaks');
  });

  it('merges different fields without asking', () => {
    const out = merge({ local: task({ state: 'done' }), remote: task({ body: 'Since Monday' }) });
    expect(out.data).toMatchObject({ state: 'done', body: 'Since Monday' });
    expect(out.dirty).toEqual(['state']);
    expect(out.conflicts).toEqual([]);
  });

  it('leaves a field alone that was not observed', () => {
    const out = merge({ local: task({ title: 'Ours' }), remote: { state: 'done' } });
    expect(out.data).toMatchObject({ title: 'Ours', state: 'done', labels: ['bug'] });
    expect(out.base).toMatchObject({ title: 'Pump leaks', labels: ['bug'] });
    expect(out.dirty).toEqual(['title']);
  });

  it('carries fields no kind names through data and base', () => {
    const out = merge({ base: task({ swim_lane: 3 }), remote: { shape: 'round' } });
    expect(out.base).toMatchObject({ swim_lane: 3, shape: 'round' });
    expect(out.data['shape']).toBe('round');
  });

  it('does not call a difference in form a change', () => {
    const out = merge({
      local: task({ body: 'a\r\nb\n', labels: ['x', 'y'] }),
      base: task({ body: 'a\nb', labels: ['x', 'y'] }),
      remote: task({ body: 'a\nb', labels: ['y', 'x', 'x'] }),
    });
    expect(out.changed).toEqual([]);
    expect(out.dirty).toEqual([]);
    expect(out.data['labels']).toEqual(['x', 'y']);
  });

  it('holds a field that both changed, and asks', () => {
    const out = merging('manual');
    expect(out.data['title']).toBe('Ours');
    expect(out.base['title']).toBe('Theirs');
    expect(out.held).toEqual(['title']);
    expect(out.dirty).toEqual([]);
    expect(out.conflicts).toEqual([
      {
        field: 'title',
        base: 'Pump leaks',
        local: 'Ours',
        remote: 'Theirs',
        policy: 'manual',
        status: 'open',
        resolution: null,
      },
    ]);
  });

  it('lets go of a hold when both sides agree', () => {
    const out = merge({
      local: task({ title: 'Same' }),
      base: task({ title: 'Theirs' }),
      remote: task({ title: 'Same' }),
      held: ['title'],
    });
    expect(out.held).toEqual([]);
    expect(out.conflicts).toEqual([]);
  });

  it('keeps a hold through states that say nothing new, and asks again when the service moves on', () => {
    const kept = { local: task({ title: 'Ours' }), base: task({ title: 'T1' }), held: ['title'] };
    expect(merge({ ...kept, remote: task({ title: 'T1' }) })).toMatchObject({
      held: ['title'],
      conflicts: [],
    });
    expect(merge({ ...kept, remote: task({ title: 'T2' }) })).toMatchObject({
      held: ['title'],
      conflicts: [{ remote: 'T2', status: 'open' }],
    });
  });

  it('keeps the losing value of an automatic decision', () => {
    expect(merging('local_wins')).toMatchObject({
      data: { title: 'Ours' },
      dirty: ['title'],
      conflicts: [{ status: 'automatic', remote: 'Theirs', resolution: 'Ours' }],
    });
    expect(merging('remote_wins')).toMatchObject({
      data: { title: 'Theirs' },
      dirty: [],
      conflicts: [{ status: 'automatic', local: 'Ours', resolution: 'Theirs' }],
    });
  });

  it('lets the later edit win only when the clocks can tell', () => {
    const at = (localAtMs: number | null, remoteAtMs: number | null) =>
      merging('latest_wins', { localAtMs, remoteAtMs });
    expect(at(10_000, 13_000).data['title']).toBe('Theirs');
    expect(at(13_000, 10_000).data['title']).toBe('Ours');
    expect(at(13_000, 10_000).held).toEqual([]);
    for (const unsure of [at(10_000, 11_999), at(12_000, 10_000), at(null, 1), at(1, null)]) {
      expect(unsure).toMatchObject({
        data: { title: 'Ours' },
        held: ['title'],
        conflicts: [{ policy: 'latest_wins', status: 'open' }],
      });
    }
  });

  it('unites sets by what each side added and took away', () => {
    const out = merge({
      local: task({ labels: ['bug', 'ours'] }),
      base: task({ labels: ['bug', 'old'] }),
      remote: task({ labels: ['old', 'theirs'] }),
    });
    expect(out.data['labels']).toEqual(['ours', 'theirs']);
    expect(out.dirty).toEqual(['labels']);
    expect(out.conflicts).toEqual([]);
  });

  it('asks when a set is to be merged and one side is no set', () => {
    const out = merging('set');
    expect(out).toMatchObject({ held: ['title'], conflicts: [{ status: 'open' }] });
  });

  it('takes the service’s word for what only it knows', () => {
    const out = merge({
      local: task({ comments: 3 }),
      base: task({ comments: 2 }),
      remote: task({ comments: 5 }),
    });
    expect(out.data['comments']).toBe(5);
    expect(out.conflicts).toEqual([]);
  });

  it('asks at a first meeting of two filled records, and loses no label', () => {
    const out = merge({
      local: task({ title: 'Ours', labels: ['a'] }),
      base: null,
      remote: task({ title: 'Theirs', body: 'Only there', labels: ['b'] }),
    });
    expect(out.data).toMatchObject({ title: 'Ours', body: 'Only there', labels: ['a', 'b'] });
    expect(out.held).toEqual(['title']);
  });
});

describe('a push in flight', () => {
  const sent = { patch: { title: 'Ours' }, base: task({}) };

  it('is acknowledged by its echo', () => {
    const out = merge({
      local: task({ title: 'Ours' }),
      remote: task({ title: 'Ours' }),
      inFlight: sent,
    });
    expect(out).toMatchObject({ acknowledged: ['title'], dirty: [], changed: [], conflicts: [] });
  });

  it('takes the form the service answered with', () => {
    const out = merge({
      local: task({ title: 'Ours' }),
      remote: task({ title: 'OURS' }),
      inFlight: { ...sent, isAnswer: true },
    });
    expect(out).toMatchObject({
      data: { title: 'OURS' },
      acknowledged: ['title'],
      dirty: [],
      conflicts: [],
    });
  });

  it('keeps an edit made meanwhile and sends it next', () => {
    for (const isAnswer of [true, false]) {
      const out = merge({
        local: task({ title: 'Newer' }),
        remote: task({ title: 'Ours' }),
        inFlight: { ...sent, isAnswer },
      });
      expect(out).toMatchObject({
        data: { title: 'Newer' },
        acknowledged: ['title'],
        dirty: ['title'],
        conflicts: [],
      });
    }
  });

  it('sends a revert made meanwhile as well', () => {
    const out = merge({
      local: task({}),
      remote: task({ title: 'Ours' }),
      inFlight: { ...sent, isAnswer: true },
    });
    expect(out).toMatchObject({ data: { title: 'Pump leaks' }, dirty: ['title'] });
  });

  it('does not take somebody else’s value for an echo', () => {
    const out = merge({
      local: task({ title: 'Ours' }),
      remote: task({ title: 'Theirs' }),
      inFlight: sent,
    });
    expect(out).toMatchObject({ acknowledged: [], held: ['title'] });
  });
});
