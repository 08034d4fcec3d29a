import { join } from 'node:path';
import { ensureDebianPackages } from './debian.ts';
import { runPgtap } from './pgtap.ts';
import { runCheck, runPlaywright, runVitest, type Tally } from './runners.ts';

/** A part of the suite. Parts run one after the other: two cores are busy with one. */
interface Part {
  name: string;
  about: string;
  run(): Promise<Tally>;
}

const root = join(import.meta.dirname, '../..');
const isLong = process.argv.includes('--long');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));

const parts: Part[] = [
  { name: 'check', about: 'types, lint, format, unused code', run: () => runCheck(root) },
  {
    name: 'unit',
    about: 'pure decisions, maps, merge, interface',
    run: () => runVitest(root, 'unit', isLong),
  },
  {
    name: 'architecture',
    about: 'who may import whom',
    run: () => runVitest(root, 'architecture', isLong),
  },
  {
    name: 'integration',
    about: 'stores, engine, API, Supabase contract on PostgreSQL 17',
    run: () => runVitest(root, 'integration', isLong),
  },
  {
    name: 'pgtap',
    about: 'migrations and row security on Debian’s PostgreSQL 15',
    run: () => runPgtap(root),
  },
  {
    name: 'system',
    about: 'the running hub: kills, stops, storms, faults of the provider',
    run: () => runVitest(root, 'system', isLong),
  },
  { name: 'e2e', about: 'the running hub in Chromium', run: () => runPlaywright(root) },
];

const unknown = wanted.filter((word) => !parts.some((part) => part.name === word));
if (unknown.length > 0) {
  console.error(
    `There is no part ${unknown.join(', ')}; the parts are ${parts.map((part) => part.name).join(', ')}.`,
  );
  process.exit(2);
}

const chosen = parts.filter((part) => wanted.length === 0 || wanted.includes(part.name));
const rows: { name: string; tally: Tally; seconds: number }[] = [];
if (chosen.some((part) => part.name === 'pgtap' || part.name === 'e2e')) ensureDebianPackages();
for (const part of chosen) {
  console.log(`\n── ${part.name}: ${part.about}`);
  const started = performance.now();
  const tally = await part.run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1 };
  });
  rows.push({ name: part.name, tally, seconds: (performance.now() - started) / 1000 });
}

console.log('');
for (const { name, tally, seconds } of rows) {
  console.log(
    `${name.padEnd(14)}${String(tally.passed).padStart(6)} passed ${String(tally.failed).padStart(4)} failed  ${seconds.toFixed(0).padStart(4)} s`,
  );
}
const passed = rows.reduce((sum, row) => sum + row.tally.passed, 0);
const failed = rows.reduce((sum, row) => sum + row.tally.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
