import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Proof } from '#lib/connections/schema';
import { points } from './points.ts';

/** By point: where it was earned. `unproven` is a claim without a test; no entry, no claim. */
export type Score = Record<string, Proof>;

const file = join(import.meta.dirname, '../../../lib/hub/conformance.ts');

const head = `import type { Proof } from '#lib/connections/schema';

/**
 * What every connector has proven, point by point. Written by the contract suite
 * (\`npm run conformance\`) and compared with what it finds on every run; never edited by hand.
 */
export const conformance: Readonly<Record<string, Readonly<Record<string, Proof>>>> = {
`;

/** Titles as the suite has them. */
export const titles = Object.fromEntries(points.map(({ id, title }) => [id, title]));

const row = (name: string, value: string, indent: string): string =>
  `${indent}${name}: '${value.replaceAll("'", '’')}',\n`;

export function writeConformance(
  scores: Record<string, Score>,
  services: Record<string, string>,
): Record<string, Score> {
  const connectors = Object.entries(scores).map(([name, score]) => {
    const lines = Object.entries(score).map(([point, proof]) => row(point, proof, '    '));
    return `  ${name}: {\n${lines.join('')}  },\n`;
  });
  const sentences = Object.entries(titles).map(([point, title]) => row(point, title, '  '));
  const asked = Object.entries(services).map(([name, said]) => row(name, said, '  '));
  const text = `${head}${connectors.join('')}};

export const pointTitles: Readonly<Record<string, string>> = {
${sentences.join('')}};

/** The service itself that a connector was tried against, and when (npm run test:real). */
export const realServices: Readonly<Record<string, string>> = {
${asked.join('')}};
`;
  writeFileSync(file, text);
  return scores;
}
