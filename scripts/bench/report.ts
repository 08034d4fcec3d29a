import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commit, machine, type Result } from './figures.ts';

const head = `# Benchmarks

What \`npm run bench\` measured, newest first. Ratios are ours ÷ reference, both taken in the same run on the machine named; \`bar\` is a
fixed aim. Absolute figures belong to that machine and to what else it was doing.
`;

/** For people: the figure and its spread. For programs: one line of JSON each, at the very end. */
export function print(results: readonly Result[]): void {
  for (const { figure, spread } of results) {
    const { bench, against, ours, reference, ratio, unit } = figure;
    console.log(`${bench}: ${ours} ${unit}, ${against} ${reference} ${unit}, ratio ${ratio}`);
    console.log(`  ${spread}`);
  }
  for (const { figure } of results) console.log(JSON.stringify(figure));
}

/** Puts the results above those that are there. */
export function write(root: string, results: readonly Result[], at: Date): void {
  const file = join(root, 'BENCHMARKS.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8').replace(head, '') : '';
  const rows = results.map(({ figure, spread }) => {
    const { bench, against, ours, reference, ratio, unit } = figure;
    return `| ${bench} | ${ours} ${unit} | ${against} | ${reference} ${unit} | ${ratio} | ${spread} |`;
  });
  const section = [
    `\n## ${at.toISOString().slice(0, 10)}, commit ${commit(root)}\n`,
    `${machine()}\n`,
    '| bench | ours | against | reference | ratio | spread |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  writeFileSync(file, `${head}${section}${before}`);
}
