import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, matchesFilter } from '#lib/delivery/index';
import { filterSchema, type Operators } from '#lib/delivery/schema';

const change: Candidate = {
  kind: 'task',
  op: 'update',
  origin: 'connection',
  connectionId: '018f0000-0000-7000-8000-000000000001',
  streamIds: ['018f0000-0000-7000-8000-000000000002'],
  fields: ['state', 'labels', 'priority', 'meta'],
  diff: {
    state: ['open', 'done'],
    labels: [['bug'], ['bug', 'urgent']],
    priority: [null, 3],
    meta: [{}, { deep: { x: [1] } }],
  },
};
const says = (where: Record<string, Operators>): boolean =>
  matchesFilter(filterSchema.parse({ where }), change);

describe('a filter', () => {
  it('lets everything through that it does not speak of', () => {
    expect(matchesFilter({}, change)).toBe(true);
    expect(matchesFilter({ kinds: ['task'], fields: ['title', 'state'] }, change)).toBe(true);
    expect(matchesFilter({ kinds: ['event'] }, change)).toBe(false);
    expect(matchesFilter({ fields: ['title'] }, change)).toBe(false);
    expect(matchesFilter({ ops: ['create'] }, change)).toBe(false);
    expect(matchesFilter({ origins: ['user'] }, change)).toBe(false);
    const connection_ids = [change.connectionId ?? ''];
    expect(matchesFilter({ connection_ids }, change)).toBe(true);
    expect(matchesFilter({ connection_ids }, { ...change, connectionId: null })).toBe(false);
    const stream_ids = [...change.streamIds, '018f0000-0000-7000-8000-000000000003'];
    expect(matchesFilter({ stream_ids }, { ...change, connectionId: null })).toBe(true);
    expect(matchesFilter({ stream_ids }, { ...change, streamIds: [] })).toBe(false);
  });

  it.each<[Operators, boolean, string]>([
    [{ $eq: 'done' }, true, 'after.state'],
    [{ $eq: 'done' }, false, 'before.state'],
    [{ $ne: 'open', $in: ['done', 'cancelled'] }, true, 'after.state'],
    [{ $nin: ['done'] }, false, 'after.state'],
    [{ $contains: 'urgent' }, true, 'after.labels'],
    [{ $contains: 'urgent' }, false, 'before.labels'],
    [{ $contains: 'on' }, true, 'after.state'],
    [{ $starts: 'do' }, true, 'after.state'],
    [{ $gt: 2, $lte: 3 }, true, 'after.priority'],
    [{ $gt: 2 }, false, 'before.priority'],
    [{ $gt: '2' }, false, 'after.priority'],
    [{ $eq: null }, true, 'before.priority'],
    [{ $exists: true }, true, 'after.meta.deep.x'],
    [{ $exists: false }, true, 'after.meta.deep.y'],
    [{ $exists: true }, false, 'after.meta.deep.y'],
    [{ $ne: 'x' }, false, 'after.title'],
    [{ $exists: false }, true, 'after.title'],
    [{ $exists: true }, false, 'after.constructor'],
    [{ $exists: true }, false, 'after.meta.constructor'],
  ])('%o is %s of %s', (is, expected, path) => {
    expect(says({ [path]: is })).toBe(expected);
  });

  it('refuses what is no filter, and what is too much of one', () => {
    for (const wrong of [
      { kinds: [] },
      { kinds: ['planet'] },
      { where: { state: { $eq: 1 } } },
      { where: { 'after.state': {} } },
      { where: { 'after.state': { $regex: '(a+)+$' } } },
      { where: { 'after.a.b.c.d.e': { $eq: 1 } } },
      { where: { 'after.state': { $in: Array.from({ length: 101 }, () => 1) } } },
      { where: { 'after.state': { $eq: 'x'.repeat(1_001) } } },
      {
        where: Object.fromEntries(
          Array.from({ length: 21 }, (_, n) => [`after.f${n}`, { $eq: 1 }]),
        ),
      },
      { something: 'else' },
    ]) {
      expect(filterSchema.safeParse(wrong).success).toBe(false);
    }
  });

  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const value = fc.oneof(scalar, fc.array(scalar), fc.dictionary(fc.string(), scalar));

  it('says of one value the opposite by $eq and $ne, by $in and $nin', () => {
    fc.assert(
      fc.property(
        value,
        scalar,
        fc.array(scalar, { minLength: 1, maxLength: 5 }),
        (at, one, list) => {
          const of = (is: Operators): boolean =>
            matchesFilter(
              { where: { 'after.x': is } },
              { ...change, fields: ['x'], diff: { x: [null, at] } },
            );
          expect(of({ $eq: one })).toBe(!of({ $ne: one }));
          expect(of({ $in: list })).toBe(!of({ $nin: list }));
          expect(of({ $in: list })).toBe(list.some((item) => of({ $eq: item })));
        },
      ),
    );
  });

  it('orders numbers and texts totally, and nothing else', () => {
    const ordered = fc.oneof(fc.integer(), fc.string());
    fc.assert(
      fc.property(value, ordered, (at, than) => {
        const of = (is: Operators): boolean =>
          matchesFilter({ where: { 'after.x': is } }, { ...change, diff: { x: [null, at] } });
        const hits = [of({ $lt: than }), of({ $eq: than }), of({ $gt: than })].filter(Boolean);
        expect(hits.length).toBe(typeof at === typeof than ? 1 : 0);
        expect(of({ $lte: than })).toBe(of({ $lt: than }) || of({ $eq: than }));
        expect(of({ $gte: than })).toBe(of({ $gt: than }) || of({ $eq: than }));
      }),
    );
  });

  it('never throws, whatever the change holds', () => {
    const key = fc.string({ minLength: 1, maxLength: 8 });
    const diff = fc.dictionary(key, fc.tuple(fc.jsonValue(), fc.jsonValue()));
    const path = fc.stringMatching(/^(before|after)\.[a-z_]{1,6}(\.[a-z0-9]{1,4}){0,3}$/);
    const operators = fc.oneof(
      scalar.map((one) => ({ $eq: one })),
      scalar.map((one) => ({ $contains: one })),
      fc.integer().map((one) => ({ $gt: one })),
      fc.boolean().map((one) => ({ $exists: one })),
    );
    fc.assert(
      fc.property(diff, fc.dictionary(path, operators, { maxKeys: 20 }), (given, where) => {
        const seen = { ...change, diff: given as Candidate['diff'] };
        expect(typeof matchesFilter(filterSchema.parse({ where }), seen)).toBe('boolean');
      }),
    );
  });
});
