import { describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/core/index';
import { dirtyFields, judgeRank, resolveByEdit, rollBackRefused } from '#lib/sync/merge/index';

const task = (fields: JsonObject): JsonObject => ({
  title: 'Pump leaks',
  body: null,
  state: 'open',
  labels: ['bug'],
  ...fields,
});

describe('dirtyFields', () => {
  it('asks for writable, not held, differing fields', () => {
    const data = task({ title: 'Ours', state: 'done', number: 9 });
    const ask = { kind: 'task' as const, data, base: task({}), held: ['state'] };
    expect(dirtyFields({ ...ask, writable: null })).toEqual(['title', 'number']);
    expect(dirtyFields({ ...ask, writable: ['title', 'state'] })).toEqual(['title']);
  });

  it('takes a field the service never showed for its default', () => {
    const ask = { kind: 'task' as const, base: { title: 'Pump leaks' }, held: [], writable: null };
    expect(dirtyFields({ ...ask, data: task({ labels: [] }) })).toEqual([]);
    expect(dirtyFields({ ...ask, data: task({ labels: [], state: 'done' }) })).toEqual(['state']);
  });
});

describe('settling fields', () => {
  it('an edit of a held field decides it', () => {
    expect(resolveByEdit(['title', 'state'], ['title', 'body'])).toEqual({
      held: ['state'],
      resolved: ['title'],
    });
  });

  it('takes a refused field back unless it was edited again', () => {
    const refused = {
      kind: 'task' as const,
      base: task({}),
      refusedFields: ['title', 'body', 'labels'],
      sent: { title: 'Ours', body: 'B1' },
    };
    const out = rollBackRefused({
      ...refused,
      data: task({ title: 'Ours ', body: 'B2', labels: ['kept'] }),
    });
    expect(out.data).toEqual(task({ title: 'Pump leaks', body: 'B2', labels: ['kept'] }));
    expect(out).toMatchObject({ changed: ['title'], kept: ['body'] });
  });
});

describe('judgeRank', () => {
  const seen = {
    rank: 5,
    rankIsExact: true,
    knownRank: 5,
    isFreshRead: false,
    differsFromBase: true,
  };

  it.each([
    [{ knownRank: null }, 'apply'],
    [{ rank: 6 }, 'apply'],
    [{ rank: 4, isFreshRead: true }, 'stale'],
    [{}, 'stale'],
    [{ rankIsExact: false }, 'read_again'],
    [{ rankIsExact: false, differsFromBase: false }, 'stale'],
    [{ rankIsExact: false, isFreshRead: true }, 'apply'],
  ] as const)('%o is %s', (change, verdict) => {
    expect(judgeRank({ ...seen, ...change })).toBe(verdict);
  });
});
