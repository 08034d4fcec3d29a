import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeReturnTo } from '#lib/identity/index';
import { firstWorkspaceName } from '#lib/identity/name-rule';
import { readCookies } from '#lib/identity/session-cookie';
import { slugOf } from '#lib/identity/workspace-store';

describe('the first workspace', () => {
  it.each([
    [{ name: 'Mara Lindqvist', email: 'm@x.test' }, 'Mara’s workspace', 'maras-workspace'],
    [{ name: null, email: 'tobias@x.test' }, 'tobias’s workspace', 'tobiass-workspace'],
    [{ name: '  ', email: 'ana@x.test' }, 'ana’s workspace', 'anas-workspace'],
    [{ name: 'Łukasz', email: 'l@x.test' }, 'Łukasz’s workspace', 'ukaszs-workspace'],
    [{ name: '森', email: 'h@x.test' }, '森’s workspace', 's-workspace'],
  ])('of %j', (person, name, slug) => {
    expect(firstWorkspaceName(person)).toBe(name);
    expect(slugOf(name)).toBe(slug);
  });

  it('has a slug the table takes, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
        for (const tail of ['', '-abcd', '-abcdefg']) {
          expect(`${slugOf(name)}${tail}`).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/);
        }
      }),
    );
  });
});

describe('where to return to', () => {
  it('is never another origin', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        const url = new URL(safeReturnTo(path), 'http://hub.test');
        expect(url.origin).toBe('http://hub.test');
      }),
    );
  });
});

describe('cookies', () => {
  it('are read with the first of one name, decoded, however broken the header', () => {
    const headers = new Headers({ cookie: 'a=1; b=%20x; a=2; =c; d; e=%zz; f="q"' });
    expect(readCookies(headers)).toEqual({ a: '1', b: ' x', e: '%zz', f: '"q"' });
  });
});
