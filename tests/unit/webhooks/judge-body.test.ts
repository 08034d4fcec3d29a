import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '#lib/core/index';
import { type BodyShape, bodyShapeOf, judgeBody } from '#lib/webhooks/judge-body';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const json: BodyShape = { as: 'json', jsonField: null, mayBeList: false };
const form: BodyShape = { as: 'form', jsonField: 'payload', mayBeList: false };
const codeOf = (body: Uint8Array, shape = json): string | null => {
  const result = judgeBody(body, shape);
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
        const result = judgeBody(bytes(text), json);
        if (text.includes('\\u0000') || /\\ud[89a-f]/.test(text)) return;
        expect(result).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });
});

describe('judgeBody of other shapes', () => {
  const judged = (text: string, shape: BodyShape): unknown => {
    const result = judgeBody(bytes(text), shape);
    return result.ok ? result.value : result.error.code;
  };

  it('takes a list where that is the service’s way, and no other root', () => {
    const list = { ...json, mayBeList: true };
    expect(judged('[{"a":1}]', list)).toEqual([{ a: 1 }]);
    expect(judged('{"a":1}', list)).toEqual({ a: 1 });
    for (const root of ['null', '1', '"text"', 'true']) {
      expect(judged(root, list)).toBe('request.malformed_json');
    }
  });

  it('reads forms: fields, repeated fields, JSON in a field', () => {
    const plain = { ...form, jsonField: null };
    expect(judged('a=1&b=caf%C3%A9+tea&b=2&c', plain)).toEqual({
      a: '1',
      b: ['café tea', '2'],
      c: '',
    });
    expect(judged('payload=%7B%22a%22%3A1%7D', form)).toEqual({ a: 1 });
    expect(judged('command=%2Fdo', form)).toEqual({ command: '/do' });
    expect(Object.keys(judged('__proto__=1', plain) as object)).toEqual(['__proto__']);
    expect(judged('', plain)).toEqual({});
  });

  it.each([
    ['a=%FF', 'request.invalid_utf8'],
    ['a=%E2%82', 'request.invalid_utf8'],
    ['a=%', 'request.invalid_utf8'],
    ['a=%00', 'request.unstorable_text'],
    ['payload=%7B', 'request.malformed_json'],
    ['payload=%7B%22a%22%3A1%2C%22a%22%3A2%7D', 'request.duplicate_key'],
    [Array(1_001).fill('a=1').join('&'), 'request.invalid'],
  ])('refuses the form %j: %s', (text, code) => {
    expect(codeOf(bytes(text), form)).toBe(code);
  });

  it('keeps other text as it is, an empty one too', () => {
    const text: BodyShape = { as: 'text', jsonField: null, mayBeList: false };
    expect(judged('<soap/>', text)).toEqual({ text: '<soap/>' });
    expect(judged('', text)).toEqual({ text: '' });
    expect(codeOf(Buffer.from([0xff]), text)).toBe('request.invalid_utf8');
  });

  it('goes by the content type only where both may come', () => {
    const of = (as: 'json' | 'json_or_form', type: string) =>
      bodyShapeOf({ body: { as, jsonField: null }, items: null }, { 'content-type': [type] }).as;
    expect(of('json_or_form', 'application/x-www-form-urlencoded; charset=UTF-8')).toBe('form');
    expect(of('json_or_form', 'application/x-www-form-urlencoded-not')).toBe('json');
    expect(of('json_or_form', 'application/json')).toBe('json');
    expect(of('json', 'application/x-www-form-urlencoded')).toBe('json');
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
