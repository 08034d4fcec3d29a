import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { decodeCursor, encodeCursor, fingerprint } from '../../../lib/records/page-cursor.ts';

describe('a cursor', () => {
  it('comes back as it was, whatever the key', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'grapheme' }), (key) => {
        const mark = fingerprint(['a', key]);
        const page = { key, id: newId() };
        expect(decodeCursor(mark, encodeCursor(mark, page))).toEqual(page);
      }),
    );
  });

  it('is refused for another list and for anything else', () => {
    const cursor = encodeCursor(fingerprint(['a']), { key: 'k', id: newId() });
    expect(() => decodeCursor(fingerprint(['b']), cursor)).toThrow(/does not belong/);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(fingerprint(['a']), text)).toThrow(/does not belong/);
      }),
    );
  });
});
