import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { proofs } from '#lib/connections/schema';
import type { Score } from './conformance-file.ts';

/**
 * What `npm run test:real` found at a service that does not run in every test. It holds for the code it
 * was found with and for no other: of a connector that has changed since, nothing is proven.
 */
const recordSchema = z.strictObject({
  /** With its version. */
  service: z.string(),
  date: z.iso.date(),
  /** Hash of the connector's files. */
  connector: z.string(),
  score: z.record(z.string(), z.enum(proofs)),
});
type Recorded = z.infer<typeof recordSchema>;

const folder = join(import.meta.dirname, 'recorded');
const connectorFolder = join(import.meta.dirname, '../../../lib/connectors');

export function hashOf(connector: string): string {
  const cwd = join(connectorFolder, connector);
  const hash = createHash('sha256');
  for (const file of globSync('**/*.ts', { cwd }).sort()) {
    hash.update(`${file}\n`).update(readFileSync(join(cwd, file)));
  }
  return hash.digest('hex');
}

export function writeRecord(connector: string, record: Recorded): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${connector}.json`), `${JSON.stringify(record, null, 2)}\n`);
}

/** What counts today of what was recorded. */
export function readRecords(): { scores: Record<string, Score>; services: Record<string, string> } {
  const scores: Record<string, Score> = {};
  const services: Record<string, string> = {};
  for (const file of globSync('*.json', { cwd: folder }).sort()) {
    const name = file.replace(/\.json$/, '');
    const record = recordSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    const isOfToday = record.connector === hashOf(name);
    scores[name] = Object.fromEntries(
      Object.entries(record.score).map(([point, proof]) => [point, isOfToday ? proof : 'unproven']),
    );
    if (isOfToday) services[name] = `${record.service}, ${record.date}`;
  }
  return { scores, services };
}
