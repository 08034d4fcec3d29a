import { describe, expect, it } from 'vitest';
import { searchJson, toJsonLines } from '@/components/ui/json-lines';

const payload = {
  action: 'edited',
  issue: { number: 381, labels: [{ name: 'backend' }, { name: 'ui' }], 'a/b~c': null },
};

describe('JSON lines', () => {
  it('shows closed branches as one line', () => {
    const { lines } = toJsonLines(payload, (path) => path === '');
    expect(lines.map((line) => line.path)).toEqual(['', '/action', '/issue', '']);
    expect(lines[2]).toMatchObject({ open: false, size: 3, kind: 'object' });
  });

  it('escapes keys as RFC 6901 does', () => {
    const { lines } = toJsonLines(payload, () => true);
    expect(lines.map((line) => line.path)).toContain('/issue/a~1b~0c');
  });

  it('draws a limited number of lines and says that more are left', () => {
    const many = toJsonLines(
      Array.from({ length: 5000 }, (_, index) => index),
      () => true,
    );
    expect(many.truncated).toBe(true);
    expect(many.lines.length).toBeLessThan(2100);
  });

  it('survives a document deeper than the stack', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 10_000; depth += 1) deep = [deep];
    expect(toJsonLines(deep, () => true).lines.length).toBeLessThan(300);
    expect(searchJson(deep, '1').matches).toEqual([]);
  });
});

describe('JSON search', () => {
  it('finds values and keys whatever their case, and opens what lies above', () => {
    const found = searchJson(payload, 'BACK');
    expect(found.matches).toEqual(['/issue/labels/0/name']);
    expect([...found.ancestors]).toEqual(['', '/issue', '/issue/labels', '/issue/labels/0']);
    expect(searchJson(payload, 'labels').matches).toEqual(['/issue/labels']);
  });

  it('keeps the order of the document', () => {
    expect(searchJson(payload, 'name').matches).toEqual([
      '/issue/labels/0/name',
      '/issue/labels/1/name',
    ]);
  });

  it('finds nothing for nothing', () => {
    expect(searchJson(payload, '  ').matches).toEqual([]);
  });

  it('stops at its limit and says so', () => {
    const wide = Array.from({ length: 30_000 }, (_, index) => `value ${index}`);
    expect(searchJson(wide, 'value').stopped).toBe(true);
  });
});
