import { diffComm } from 'node-diff3';

/** Unchanged lines shown around a change. */
const contextLines = 2;
/** Above it two texts are shown whole, side by side: comparing takes as long as both are together. */
const comparedLines = 2_000;
/** Lines shown of one side; the record itself has them all. */
const shownLines = 60;

export interface DiffLine {
  /** Its place among the lines shown. */
  id: number;
  /** skipped: the same on both sides. left_out: there is no room for them. */
  type: 'same' | 'added' | 'removed' | 'skipped' | 'left_out';
  text: string;
  /** Of lines that are not shown: how many. */
  count: number;
}

export interface DiffItem {
  item: string;
  type: 'same' | 'added' | 'removed';
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.split(/\r\n?|\n/));

/** One text against another, line by line; what is the same and far from a change is left out. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [one, two] = [linesOf(before), linesOf(after)];
  const isWhole = one.join('\n') === two.join('\n');
  const parts =
    Math.max(one.length, two.length) > comparedLines
      ? [{ buffer1: [], buffer2: two }]
      : diffComm(one, two);
  const shown: Omit<DiffLine, 'id'>[] = [];
  for (const [at, part] of parts.entries()) {
    if (part.common) {
      shown.push(
        ...(isWhole
          ? part.common.map(sameLine)
          : context(part.common, { isFirst: at === 0, isLast: at === parts.length - 1 })),
      );
      continue;
    }
    for (const text of part.buffer1) shown.push({ type: 'removed', text, count: 1 });
    for (const text of part.buffer2) shown.push({ type: 'added', text, count: 1 });
  }
  const rest = shown.splice(shownLines);
  if (rest.length > 0) {
    const count = rest.reduce((sum, line) => sum + line.count, 0);
    shown.push({ type: 'left_out', text: '', count });
  }
  return shown.map((line, id) => ({ ...line, id }));
}

const sameLine = (text: string) => ({ type: 'same' as const, text, count: 1 });

function context(
  lines: readonly string[],
  place: { isFirst: boolean; isLast: boolean },
): Omit<DiffLine, 'id'>[] {
  const head = place.isFirst ? 0 : contextLines;
  const tail = place.isLast ? 0 : contextLines;
  // One line left out saves nothing.
  if (lines.length <= head + tail + 1) return lines.map(sameLine);
  return [
    ...lines.slice(0, head).map(sameLine),
    { type: 'skipped', text: '', count: lines.length - head - tail },
    ...lines.slice(lines.length - tail).map(sameLine),
  ];
}

/** A set against another: what stayed, then what came, then what went. */
export function diffItems(before: readonly string[], after: readonly string[]): DiffItem[] {
  const [had, has] = [new Set(before), new Set(after)];
  return [
    ...[...has].filter((item) => had.has(item)).map((item) => ({ item, type: 'same' as const })),
    ...[...has].filter((item) => !had.has(item)).map((item) => ({ item, type: 'added' as const })),
    ...[...had]
      .filter((item) => !has.has(item))
      .map((item) => ({ item, type: 'removed' as const })),
  ];
}
