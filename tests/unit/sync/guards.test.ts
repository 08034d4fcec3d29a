import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RemoteObject } from '#lib/connectors/protocol/index';
import type { JsonObject } from '#lib/core/index';
import { findFlips, findWriteBacks } from '../../../lib/sync/find-flips.ts';
import { asksFirst } from '../../../lib/sync/judge-mass.ts';
import { judgeObjects } from '../../../lib/sync/judge-object.ts';
import { syncLimits } from '../../../lib/sync/limits.ts';
import { type PlaceWatch, watchPlace } from '../../../lib/sync/watch-places.ts';

describe('a mass change', () => {
  it.each([
    [20, 20, false],
    [21, 100, true],
    [21, 1_000, false],
    [100, 1_000, false],
    [101, 1_000, true],
  ])('%i of %i asks: %s', (count, of, asks) => {
    expect(asksFirst({ what: 'delete', count, of }, undefined)).toBe(asks);
  });

  it('asks again when there is more than was said yes to', () => {
    const change = { what: 'delete' as const, count: 30, of: 60 };
    expect(asksFirst(change, { delete: 30 })).toBe(false);
    expect(asksFirst({ ...change, count: 31 }, { delete: 30 })).toBe(true);
    expect(asksFirst(change, { overwrite: 60 })).toBe(true);
    expect(asksFirst({ ...change, what: 'overwrite', count: 59 }, { overwrite: 21 })).toBe(false);
  });
});

describe('a reading in a circle', () => {
  const read = (place: (n: number) => JsonObject, ids: (n: number) => string[]): number => {
    let watch: PlaceWatch | undefined;
    for (let page = 0; page < 10_000; page += 1) {
      try {
        watch = watchPlace(watch, place(page), ids(page));
      } catch {
        return page;
      }
    }
    return -1;
  };

  it('is found soon after it closes, however long the way into it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 200 }), (way, circle) => {
        const at = (n: number) => (n < way ? n : way + ((n - way) % circle));
        const found = read(
          (n) => ({ at: at(n) }),
          (n) => [String(n)],
        );
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(3 * (way + circle) + 3);
      }),
    );
  });

  it('is found under ever new names by what its pages show', () => {
    const pages = read(
      (n) => ({ name: n }),
      () => ['1', '2'],
    );
    expect(pages).toBeGreaterThan(10);
    expect(pages).toBeLessThan(2 * syncLimits.samePages);
  });

  it('is not seen in a long list', () => {
    expect(
      read(
        (n) => ({ page: n }),
        (n) => [String(n)],
      ),
    ).toBe(-1);
  });
});

describe('a field that two services change back and forth', () => {
  const change = (connection_id: string, before: string, after: string) => ({
    record_id: 'r',
    connection_id,
    diff: { title: [before, after] },
  });
  const next = (connectionId: string, before: string, after: string) => ({
    connectionId,
    diff: { title: [before, after] },
  });

  it('is found at the third turn, and a person at one service is none', () => {
    const recent = [change('b', 'x', 'y'), change('a', 'y', 'x')];
    expect(findFlips('task', next('a', 'y', 'x'), recent)).toEqual(['title']);
    expect(findFlips('task', next('a', 'y', 'x'), recent.slice(0, 1))).toEqual([]);
    expect(findFlips('task', next('a', 'y', 'z'), recent)).toEqual([]);
    const person = [change('a', 'x', 'y'), change('a', 'y', 'x')];
    expect(findFlips('task', next('a', 'y', 'x'), person)).toEqual([]);
  });
});

describe('a value that is written back', () => {
  const next = { field: 'title', local: 'ours', remote: 'theirs' };
  const earlier = (times: number, more: object = {}) => ({
    ...next,
    times,
    is_parked: false,
    ...more,
  });

  it('is left alone at the third time in a row of the same two values', () => {
    expect(findWriteBacks('task', [next], [])).toEqual([]);
    expect(findWriteBacks('task', [next], [earlier(1)])).toEqual([]);
    expect(findWriteBacks('task', [next], [earlier(2)])).toEqual(['title']);
    expect(findWriteBacks('task', [next], [earlier(1), earlier(1, { local: ' ours' })])).toEqual([
      'title',
    ]);
  });

  it('is another matter with another value, or in another field', () => {
    for (const other of [{ remote: 'else' }, { local: 'else' }, { field: 'body' }]) {
      expect(findWriteBacks('task', [next], [earlier(9, other)])).toEqual([]);
    }
  });

  it('stays left alone as long as a person is asked, whatever is said there meanwhile', () => {
    const asked = earlier(0, { remote: 'else', is_parked: true });
    expect(findWriteBacks('task', [next], [asked])).toEqual(['title']);
  });
});

describe('objects of a service', () => {
  const object = (more: object): RemoteObject => ({
    externalId: '1',
    externalKey: null,
    url: null,
    rank: 1,
    rankIsExact: true,
    updatedAt: '2026-01-01T00:00:00Z',
    fields: {},
    deleted: false,
    raw: {},
    ...more,
  });

  it('of any shape are kept, named or left out, and never stop the others', () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(undefined, Number.NaN, Number.POSITIVE_INFINITY, '\u0000', '\ud800'),
    );
    const keys = ['externalId', 'rank', 'updatedAt'];
    fc.assert(
      fc.property(fc.constantFrom(...keys), odd, fc.object(), (key, value, fields) => {
        const json = JSON.parse(JSON.stringify(fields)) as JsonObject;
        const bad = object({ [key]: value, fields: json });
        const judged = judgeObjects('task', [bad, object({ externalId: '2' })]);
        expect(judged.objects.map(({ externalId }) => externalId)).toContain('2');
        for (const kept of judged.objects) {
          expect(Number.isSafeInteger(kept.rank)).toBe(true);
          expect(kept.externalId.trim()).not.toBe('');
        }
      }),
    );
  });

  it('keep fields nobody knows, and name those that cannot be', () => {
    const fields = { title: 'Fine', state: 'parked', swim_lane: { deep: [1, null] } };
    const judged = judgeObjects('task', [object({ fields, raw: fields })]);
    expect(judged.objects[0]).toMatchObject({
      fields: { title: 'Fine', swim_lane: { deep: [1, null] } },
      raw: fields,
      unreadable: { state: expect.any(String) },
    });
    expect(judged.faults).toHaveLength(1);
  });
});
