import { join } from 'node:path';
import { backfillBench } from './backfill.ts';
import { editBench } from './edit.ts';
import type { Result } from './figures.ts';
import { floodBench } from './flood.ts';
import { idleBench } from './idle.ts';
import { ingestBench, ingestLiveBench } from './ingest.ts';
import { liveBench } from './live.ts';
import { neighboursBench } from './neighbours.ts';
import { queueBench } from './queue.ts';
import { print, write } from './report.ts';
import { startBench } from './start.ts';
import { upsertBench } from './upsert.ts';

const root = join(import.meta.dirname, '../..');

/** Each on a hub of its own, one after the other: they would measure each other. */
const benches: Record<string, () => Promise<Result[]>> = {
  live: liveBench,
  edit: editBench,
  flood: floodBench,
  queue: queueBench,
  ingest: ingestBench,
  'ingest-live': ingestLiveBench,
  neighbours: neighboursBench,
  backfill: backfillBench,
  upsert: upsertBench,
  idle: idleBench,
  start: () => startBench(root),
};

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = words.filter((word) => !Object.hasOwn(benches, word));
if (unknown.length > 0) {
  console.error(
    `There is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`,
  );
  process.exit(2);
}

const results: Result[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (words.length > 0 && !words.includes(name)) continue;
  console.log(`── ${name}`);
  results.push(...(await bench()));
}
if (process.argv.includes('--write')) write(root, results, new Date());
print(results);
process.exit(0);
