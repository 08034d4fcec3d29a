import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '#lib/core/index';
import { judgeBody } from '#lib/webhooks/judge-body';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const codeOf = (body: Uint8Array): string | null => {
  const result = judgeBody(body);
  return result.ok ? null : result.error.code;
};

describe('judgeBody', () => {
  it.each([
    ['{"a":1}', null],
    ['  {"a":{"a":{"a":[{"a":1},{"a":1}]}}} ', null],
    // The text \u0000 as a person writes it: a backslash, then letters. It can be stored.
    [String.raw`{"body":"NUL is \\u0000 in JSON"}`, null],
    [String.raw`{"a":"\\\\u0000"}`, null],
    [String.raw`{"a":"\u0000"}`, 'request.unstorable_text'],
    [String.raw`{"a":"\\\u0000"}`, 'request.unstorable_text'],
    [String.raw`{"\u0000":1}`, 'request.unstorable_text'],
    ['{"a":"\u0000"}', 'request.unstorable_text'],
    ['{"a":1,"b":2,"a":3}', 'request.duplicate_key'],
    [String.raw`{"a":1,"\u0061":2}`, 'request.duplicate_key'],
    ['{"x":[{"k":1},{"k":1,"l":{"k":2},"k":3}]}', 'request.duplicate_key'],
    ['{"__proto__":1,"__proto__":2}', 'request.duplicate_key'],
    ['{"a":"a","b":["a","a"]}', null],
    ['', 'request.malformed_json'],
    ['[]', 'request.malformed_json'],
    ['"text"', 'request.malformed_json'],
    ['null', 'request.malformed_json'],
    ['{"a":1', 'request.malformed_json'],
    ['{"a":"', 'request.malformed_json'],
    ['{"a":"\\', 'request.malformed_json'],
    ['}}}}{', 'request.malformed_json'],
    ['payload=%7B%7D', 'request.malformed_json'],
    ['\uFEFF{}', 'request.malformed_json'],
  ])('%j → %s', (text, code) => {
    expect(codeOf(bytes(text))).toBe(code);
  });

  it('refuses bytes that are not UTF-8 instead of replacing them', () => {
    expect(codeOf(Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]))).toBe(
      'request.invalid_utf8',
    );
    // Half a character at the end, and an overlong slash.
    expect(codeOf(Buffer.from('7b2261223a22e282227d', 'hex'))).toBe('request.invalid_utf8');
    expect(codeOf(Buffer.from('7b2261223a22c0af227d', 'hex'))).toBe('request.invalid_utf8');
  });

  it('takes 64 levels and refuses 65, and 500,000 without overflowing', () => {
    const nested = (levels: number): Buffer =>
      bytes(`${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`);
    expect(codeOf(nested(64))).toBeNull();
    expect(codeOf(nested(65))).toBe('request.too_deep');
    expect(codeOf(nested(10_000))).toBe('request.too_deep');
    expect(codeOf(bytes(`{"a":${'['.repeat(500_000)}`))).toBe('request.too_deep');
  });

  it('gives back what was sent', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 8 })), (value) => {
        const text = JSON.stringify(value);
        const result = judgeBody(bytes(text));
        if (text.includes('\\u0000') || /\\ud[89a-f]/.test(text)) return;
        expect(result).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });
});

describe('findJsonFault', () => {
  it('finds a repeated key wherever it stands, and only then', () => {
    const key = fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 8 }), fc.nat(), (keys, seed) => {
        const member = (name: string): string => `${JSON.stringify(name)}:{"in":["a,b",{"in":1}]}`;
        const once = `{${keys.map(member).join(',')}}`;
        expect(findJsonFault(once, 64)).toBeNull();
        const twice = `{${[...keys, keys[seed % keys.length] ?? ''].map(member).join(' , ')}}`;
        expect(findJsonFault(twice, 64)?.code).toBe('request.duplicate_key');
      }),
    );
  });
});
