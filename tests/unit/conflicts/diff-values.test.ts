import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffItems, diffLines } from '@/components/conflicts/diff-values';

const brief = (before: string, after: string): string[] =>
  diffLines(before, after).map(({ type, text, count }) =>
    type === 'skipped' || type === 'left_out'
      ? `… ${count}`
      : `${{ same: ' ', added: '+', removed: '-' }[type]}${text}`,
  );

describe('a text against another', () => {
  it('shows the change with a little of what is around it', () => {
    const before = Array.from({ length: 12 }, (_, at) => `line ${at}`).join('\n');
    expect(brief(before, before.replace('line 6', 'other'))).toEqual([
      '… 4',
      ' line 4',
      ' line 5',
      '-line 6',
      '+other',
      ' line 7',
      ' line 8',
      '… 3',
    ]);
    expect(brief('a\r\nb', 'a\nb')).toEqual([' a', ' b']);
    expect(brief('', 'a')).toEqual(['+a']);
    expect(brief('', '')).toEqual([]);
  });

  it('loses no line of either, however they differ', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before.join('\n'), after.join('\n'));
        const count = (types: string[]) =>
          lines
            .filter(({ type }) => types.includes(type))
            .reduce((sum, line) => sum + line.count, 0);
        const length = (of: string[]) => (of.join('\n') === '' ? 0 : of.length);
        expect(count(['same', 'skipped', 'removed'])).toBe(length(before));
        expect(count(['same', 'skipped', 'added'])).toBe(length(after));
      }),
    );
  });

  it('is shown whole where comparing would take long', () => {
    const many = Array.from({ length: 3_000 }, (_, at) => String(at)).join('\n');
    const lines = diffLines(many, `${many}\nend`);
    expect(lines).toHaveLength(61);
    expect(lines.at(-1)).toMatchObject({ type: 'left_out', count: 2_941 });
  });
});

describe('a set against another', () => {
  it('says what stayed, what came and what went', () => {
    expect(diffItems(['a', 'b'], ['b', 'c'])).toEqual([
      { item: 'b', type: 'same' },
      { item: 'c', type: 'added' },
      { item: 'a', type: 'removed' },
    ]);
  });
});
