import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const shownDifferences = 40;

/** Writes a generated file, or with `--check` compares it and fails with the lines that differ. */
export async function writeOrCheck(file: string, text: string, remedy: string): Promise<void> {
  const target = path.join(root, file);
  if (!process.argv.includes('--check')) {
    await writeFile(target, text);
    process.stdout.write(`Wrote ${file}.\n`);
    return;
  }
  const present = await readFile(target, 'utf8').catch(() => '');
  if (present === text) {
    process.stdout.write(`${file} is up to date.\n`);
    return;
  }
  const lines = difference(present.split('\n'), text.split('\n'));
  const rest = lines.length > shownDifferences ? [`… ${lines.length - shownDifferences} more`] : [];
  process.stderr.write(
    `${file} does not match the migrations. ${remedy}\n${[...lines.slice(0, shownDifferences), ...rest].join('\n')}\n`,
  );
  process.exitCode = 1;
}

/** A line diff: what stands only in the file (-) and what only in the database (+). */
export function difference(before: string[], after: string[]): string[] {
  const common = longestCommon(before, after);
  const lines: string[] = [];
  let left = 0;
  let right = 0;
  for (const [l, r] of [...common, [before.length, after.length] as const]) {
    for (; left < l; left += 1) lines.push(`-${left + 1}: ${before[left]}`);
    for (; right < r; right += 1) lines.push(`+${right + 1}: ${after[right]}`);
    left = l + 1;
    right = r + 1;
  }
  return lines;
}

/** Pairs of equal lines in order; the equal start and end are skipped, since most of it is equal. */
function longestCommon(before: string[], after: string[]): [number, number][] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start])
    start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
  }
  const a = before.slice(start, before.length - end);
  const b = after.slice(start, after.length - end);
  const lengths = a.map(() => new Uint32Array(b.length + 1));
  lengths.push(new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [number, number][] = Array.from({ length: start }, (_, n) => [n, n]);
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([start + i++, start + j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  for (let n = end; n > 0; n -= 1) pairs.push([before.length - n, after.length - n]);
  return pairs;
}
