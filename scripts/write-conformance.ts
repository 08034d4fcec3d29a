import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformance, pointTitles, realServices } from '#lib/hub/conformance';
import { connectors } from '#lib/hub/connectors';

/** Writes the README's table of what the connectors have proven: `npm run conformance`. */
const readmeFile = join(import.meta.dirname, '../README.md');
const begin = '<!-- conformance: written by `npm run conformance` -->';
const end = '<!-- /conformance -->';

const marks = {
  'our double': '●',
  'captured payloads': '●ᶜ',
  'the real service': '●ʳ',
  unproven: '○',
} as const;

export function conformanceTable(): string {
  const all = connectors.list().map(({ manifest }) => manifest);
  const rows = Object.entries(pointTitles).map(([point, title]) => {
    const cells = all.map(({ name }) => {
      const proof = conformance[name]?.[point];
      return proof === undefined ? '–' : marks[proof];
    });
    return `| ${title} | ${cells.join(' | ')} |`;
  });
  const totals = all.map(({ name }) => {
    const proven = Object.values(conformance[name] ?? {});
    return `**${proven.filter((proof) => proof !== 'unproven').length} of ${proven.length}**`;
  });
  return [
    begin,
    `| | ${all.map(({ provider }) => provider).join(' | ')} |`,
    `|---|${all.map(() => ':-:|').join('')}`,
    ...rows,
    `| **proven of what is claimed** | ${totals.join(' | ')} |`,
    '',
    `● earned against our double · ●ᶜ against captured payloads · ●ʳ against the real service${askedServices()} · ○ claimed and not proven · – not claimed`,
    end,
  ].join('\n');
}

/** Which they were, and when, in brackets. */
function askedServices(): string {
  const all = Object.values(realServices);
  return all.length === 0 ? '' : ` (\`npm run test:real\`: ${all.join('; ')})`;
}

/** The README with the table of now in the place of the one it has. */
export function withTable(readme: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error('The README has no place for the table');
  return readme.slice(0, from) + conformanceTable() + readme.slice(to + end.length);
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(readmeFile, withTable(readFileSync(readmeFile, 'utf8')));
}
