import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '#lib/api/strict-json';

const codeOf = (text: string): string => {
  try {
    parseStrictJson(text);
    return 'accepted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};

describe('strict JSON', () => {
  it('reads what JSON.parse reads, when no name is used twice', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6, noUnicodeString: true }), (text) => {
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['one name twice', '{"a":1,"a":2}', 'request.duplicate_key'],
    ['two spellings of a name', '{"a":1,"\\u0061":2}', 'request.duplicate_key'],
    ['a name twice, deep inside', '[{"x":{"b":[],"b":{}}}]', 'request.duplicate_key'],
    ['U+0000', '{"a":"\\u0000"}', 'request.unstorable_text'],
    ['U+0000 in a name', '{"\\u0000":1}', 'request.unstorable_text'],
    ['half a surrogate pair', '"\\ud800"', 'request.unstorable_text'],
    ['nesting of 10,000', '['.repeat(10_000), 'request.too_deep'],
    ['nesting of 65', `${'['.repeat(65)}${']'.repeat(65)}`, 'request.too_deep'],
    ['nesting of 64', `${'['.repeat(64)}${']'.repeat(64)}`, 'accepted'],
    ['one name in two objects', '[{"a":1},{"a":2}]', 'accepted'],
    ['a value that looks like its name', '{"a":"a","b":"a"}', 'accepted'],
    ['brackets in text', '{"a":"[[[{{{"}', 'accepted'],
    ['quotes in text', '{"a\\"":1,"a":2}', 'accepted'],
    ['a whole surrogate pair', '"\\ud83d\\ude00"', 'accepted'],
    ['no JSON', '{a:1}', 'request.malformed_json'],
    ['an open string', '{"a', 'request.malformed_json'],
    ['two values', '1 2', 'request.malformed_json'],
    ['nothing', '', 'request.malformed_json'],
    ['a bad escape', '{"\\x":1}', 'request.malformed_json'],
  ])('%s', (_, text, verdict) => {
    expect(codeOf(text)).toBe(verdict);
  });

  it('refuses, never crashes, on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(codeOf(text)).toMatch(/^(accepted|request\.\w+)$/);
      }),
    );
  });
});
