import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListedValue, matchValues } from '#lib/flows/match-values';

const one = (value: string, ...known: string[]): ListedValue => ({
  value,
  known: [value, ...known],
});
const matched = (here: ListedValue[], there: ListedValue[]) =>
  matchValues(here, there).pairs.map((pair) => `${pair.here}=${pair.there} ${pair.by}`);

describe('people and labels of two services', () => {
  it('are the same by address first, whatever they are called', () => {
    const here = [one('ada', 'Ada@Acme.test'), one('Grace Hopper')];
    const there = [one('Grace', 'ada@acme.test'), one('grace.hopper')];
    expect(matched(here, there)).toEqual(['ada=Grace address', 'Grace Hopper=grace.hopper name']);
  });

  it.each([
    ['Ada Lovelace', 'ada.lovelace', 'name'],
    ['ada.lovelace@acme.test', 'Lovelace, Ada', 'name'],
    ['Zoë Müller', 'zoe muller', 'name'],
    ['needs-review', 'Needs review', 'name'],
    ['バグ', 'バグ', 'name'],
    ['adalovelace', 'alovelace', 'likeness'],
    ['documentation', 'documentations', 'likeness'],
  ])('%s is %s by %s', (here, there, by) => {
    expect(matched([one(here)], [one(there)])).toEqual([`${here}=${there} ${by}`]);
  });

  it.each([
    ['maria', 'mario'],
    ['bug', 'bag'],
    ['ab', 'abc'],
    ['open', 'reopened later'],
  ])('%s is not %s', (here, there) => {
    expect(matchValues([one(here)], [one(there)])).toEqual({
      pairs: [],
      here: [here],
      there: [there],
    });
  });

  it('are left where two could be meant', () => {
    const here = [one('alex', 'Alex Kim')];
    const there = [one('akim', 'Alex Kim'), one('alexk', 'Alex Kim')];
    expect(matchValues(here, there)).toEqual({
      pairs: [],
      here: ['alex'],
      there: ['akim', 'alexk'],
    });
    // The one who is called exactly so is told apart by that.
    expect(matched(here, [...there, one('alex')])).toEqual(['alex=alex name']);
  });

  it('make a map from one to one, in which nobody is lost or made up', () => {
    const word = fc.stringMatching(/^[abc]{1,6}( [abc]{1,4})?$/);
    const values = fc
      .uniqueArray(word, { maxLength: 12 })
      .map((all) => all.map((name) => one(name)));
    fc.assert(
      fc.property(values, values, (here, there) => {
        const found = matchValues(here, there);
        const [from, to] = [found.pairs.map((p) => p.here), found.pairs.map((p) => p.there)];
        expect([...from, ...found.here].sort()).toEqual(here.map((v) => v.value).sort());
        expect([...to, ...found.there].sort()).toEqual(there.map((v) => v.value).sort());
        // Turned round, the same ones are found.
        const back = matchValues(there, here).pairs.map((p) => `${p.there}=${p.here}`);
        expect(back.sort()).toEqual(found.pairs.map((p) => `${p.here}=${p.there}`).sort());
      }),
      { numRuns: 300 },
    );
  });
});
