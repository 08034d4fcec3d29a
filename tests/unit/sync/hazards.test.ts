import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Hazard, hazards } from './known-hazards.ts';
import { neighbours } from './known-neighbours.ts';

const root = path.join(import.meta.dirname, '../../..');
const known: [string, Hazard][] = [...Object.entries(hazards), ...Object.entries(neighbours)];

/** Names of tests stand in quotes, whole; a test that is switched off says nothing. */
const hasTest = (text: string, name: string): boolean =>
  ["'", '"', '`'].some((quote) => text.includes(`${quote}${name}${quote}`)) &&
  !/\.(skip|todo)(If)?\(/.test(text);

describe('what two-way sync can get wrong', () => {
  it('is known by number, without a gap', () => {
    expect(Object.keys(hazards).map(Number)).toEqual(Array.from({ length: 36 }, (_, n) => n + 1));
  });

  it.each(known)('%s has tests that would say so', (_number, [hazard, ...tests]) => {
    expect(tests.length, hazard).toBeGreaterThan(0);
    for (const [file, name] of tests) {
      const text = readFileSync(path.join(root, file), 'utf8');
      expect(hasTest(text, name), `${file} has no test "${name}"`).toBe(true);
    }
  });

  it('is not said to be tested by half a name, nor by a test that is switched off', () => {
    expect(hasTest("it('holds', run)", 'holds')).toBe(true);
    expect(hasTest("it('holds', run)", 'hold')).toBe(false);
    expect(hasTest("it.each([1]).skip('holds', run)", 'holds')).toBe(false);
  });
});
