import { describe, expect, it } from 'vitest';
import { pageMark } from '../../../../lib/connectors/github/link-header.ts';

const base = 'https://api.github.com/repositories/1/issues';

describe('page marks of a Link header', () => {
  it.each<[string | null, 'next' | 'last', ReturnType<typeof pageMark>]>([
    [null, 'next', null],
    ['', 'next', null],
    ['nonsense, <broken', 'next', null],
    [`<${base}?page=2>; rel="next", <${base}?page=6>; rel="last"`, 'next', { page: '2' }],
    [`<${base}?page=2>; rel="next", <${base}?page=6>; rel="last"`, 'last', { page: '6' }],
    [`<${base}?page=1>; rel="prev"`, 'next', null],
    [`<${base}?per_page=100&after=Y3Vy%3D%3D>; rel="next"`, 'next', { after: 'Y3Vy==' }],
    [`<${base}?labels=a,b&page=3>; rel=next`, 'next', { page: '3' }],
    [`<${base}?page=../../x&after=%0d%0aHost:>; rel="next"`, 'next', null],
    [`<${base}>; rel="next"`, 'next', null],
  ])('%s has for %s: %j', (link, relation, mark) => {
    expect(pageMark(link, relation)).toEqual(mark);
  });
});
