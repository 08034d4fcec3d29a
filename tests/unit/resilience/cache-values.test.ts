import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cacheMemory } from '#lib/resilience/cache-memory';
import { cacheTopic, readValue, writeValue } from '#lib/resilience/cache-topic';

const bounds = { freshMs: 1_000, keepMs: 10_000, maxBytes: 200 };
const topic = cacheTopic({
  ...bounds,
  name: 'names',
  schema: z.array(z.object({ name: z.string(), scope: z.record(z.string(), z.unknown()) })),
});

describe('what may be cached', () => {
  it.each([
    'access_token',
    'clientSecret',
    'password',
    'apiKey',
    'api_key',
    'Set-Cookie',
    'verifier',
  ])('no topic whose schema names %s', (name) => {
    const schema = z.object({ inner: z.array(z.object({ [name]: z.string() })) });
    expect(() => cacheTopic({ ...bounds, name: 'bad', schema })).toThrow(name);
  });

  it('no topic without bounds', () => {
    const schema = z.string();
    const bad = [
      { keepMs: 999 },
      { keepMs: Number.POSITIVE_INFINITY },
      { maxBytes: 1e9 },
      { name: 'Names!' },
    ];
    for (const part of bad) {
      expect(() => cacheTopic({ ...bounds, name: 'names', schema, ...part })).toThrow(
        /bounded|no name/,
      );
    }
  });

  it('nothing a service sends beside the schema', () => {
    const sent = [{ name: 'a', scope: {}, access_token: 'gho_canary' }];
    const written = writeValue(topic, sent);
    expect(written).toEqual({ text: '[{"name":"a","scope":{}}]' });
  });

  it('no value that names a secret where the schema is open', () => {
    const sent = [{ name: 'a', scope: { deep: [{ refresh_token: 'ghr_canary' }] } }];
    expect(writeValue(topic, sent)).toEqual({ no: 'it may hold a secret' });
  });

  it('no value that is too large, and none of another shape', () => {
    expect(writeValue(topic, [{ name: 'x'.repeat(200), scope: {} }])).toEqual({
      no: 'it is too large',
    });
    expect(writeValue(topic, [{ name: 7 }] as never)).toEqual({ no: 'it is not of its schema' });
  });
});

describe('what is believed when it is read', () => {
  it.each([
    '',
    '{',
    'null',
    '[{"name":7,"scope":{}}]',
    `[{"name":"${'x'.repeat(300)}","scope":{}}]`,
  ])('not %j', (text) => expect(readValue(topic, text)).toBeNull());

  it('whatever was written, and no other text', () => {
    const values = fc.array(
      fc.record({ name: fc.string({ unit: 'grapheme' }), scope: fc.constant({}) }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(values, (value) => {
        const written = writeValue(topic, value);
        const read = 'text' in written ? readValue(topic, written.text) : { value };
        expect(read).toEqual({ value });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = readValue(topic, text);
        expect(read?.value ?? null).toEqual(read ? JSON.parse(text) : null);
      }),
    );
  });
});

describe('memory of a process', () => {
  const entry = (text: string) => ({ text, marks: {}, loadedAtMs: 0, checkedAtMs: 0, stamp: '' });

  it('never holds more than it may, and forgets what was unused for longest', () => {
    const memory = cacheMemory({ entries: 3, bytes: 10 });
    for (const name of ['a', 'b', 'c']) memory.put(name, entry('xx'));
    memory.get('a');
    memory.put('d', entry('xx'));
    expect(['a', 'b', 'c', 'd'].filter((name) => memory.get(name))).toEqual(['a', 'c', 'd']);
    memory.put('e', entry('x'.repeat(9)));
    expect(memory.size()).toEqual({ entries: 1, bytes: 9 });
    memory.put('f', entry('x'.repeat(11)));
    expect(memory.get('f')).toBeNull();
  });

  it('counts right whatever is done to it', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const acts = fc.array(
      fc.tuple(fc.constantFrom('put', 'get', 'drop'), fc.constantFrom(...names), fc.nat(6)),
    );
    fc.assert(
      fc.property(acts, (list) => {
        const memory = cacheMemory({ entries: 4, bytes: 12 });
        for (const [act, key, size] of list) {
          if (act === 'put') memory.put(key, entry('x'.repeat(size)));
          else if (act === 'get') memory.get(key);
          else memory.drop(key);
          const kept = names.map((name) => memory.get(name)).filter((row) => row !== null);
          const bytes = kept.reduce((sum, row) => sum + row.text.length, 0);
          expect(memory.size()).toEqual({ entries: kept.length, bytes });
          expect(kept.length).toBeLessThanOrEqual(4);
          expect(bytes).toBeLessThanOrEqual(12);
        }
      }),
    );
  });
});
