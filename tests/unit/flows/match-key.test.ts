import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchKey, noKey } from '../../../lib/flows/match-key.ts';

const byTitle = (title: string | null) => matchKey('task', ['title'], { title });

describe('what records are matched by', () => {
  it.each([
    ['Login fails', 'login   FAILS '],
    ['Login\tfails', ' login fails'],
    ['Cafe\u0301', 'CAFÉ'],
  ])('%j is the same title as %j', (a, b) => {
    expect(byTitle(a)).toBe(byTitle(b));
  });

  it.each([
    ['Login fails', 'Login fails!'],
    ['a b', 'ab'],
  ])('%j is another title than %j', (a, b) => {
    expect(byTitle(a)).not.toBe(byTitle(b));
  });

  it.each([null, '', '   '])('nothing is matched by the title %j', (title) => {
    expect(byTitle(title)).toBe(noKey);
  });

  it('needs all of several fields', () => {
    const of = (data: Record<string, string | null>) => matchKey('task', ['title', 'due_on'], data);
    expect(of({ title: 'a', due_on: '2026-01-01' })).toBe(of({ title: 'A', due_on: '2026-01-01' }));
    expect(of({ title: 'a', due_on: '2026-01-01' })).not.toBe(
      of({ title: 'a', due_on: '2026-01-02' }),
    );
    expect(of({ title: 'a', due_on: null })).toBe(noKey);
    expect(of({ title: 'a' })).toBe(noKey);
  });

  it('takes sets without order, case and repetition', () => {
    const of = (emails: string[]) => matchKey('contact', ['emails'], { emails });
    expect(of(['A@x.test', 'b@x.test'])).toBe(of(['b@x.test', 'a@X.test', 'a@x.test']));
    expect(of([])).toBe(noKey);
    expect(of([' '])).toBe(noKey);
  });

  it('keeps fields apart: what one holds does not run into the next', () => {
    const of = (title: string, body: string) =>
      matchKey('task', ['title', 'body'], { title, body });
    expect(of('a b', 'c')).not.toBe(of('a', 'b c'));
    expect(of('["a","b"]', 'c')).not.toBe(of('a', 'b'));
  });

  it('does not depend on case or white space of any title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (title) => {
        expect(byTitle(`  ${title}\n`)).toBe(byTitle(title));
        expect(byTitle(title.toLowerCase())).toBe(byTitle(title.toLowerCase().normalize('NFD')));
      }),
    );
  });
});
