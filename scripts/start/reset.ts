import { existsSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { postgresHome, removePostgres } from '#supabase/local/postgres-home';
import { clearLeftovers } from '#supabase/local/postgres-process';
import { takeLock } from './lock.ts';
import type { Settings } from './settings.ts';

/** Removes everything this folder keeps: database, sandbox, keys. Asks first at a terminal. */
export async function reset(settings: Settings, isSure: boolean): Promise<void> {
  const { stateDir } = settings;
  if (!existsSync(stateDir)) return console.log('There is nothing to remove.');
  if (!isSure) {
    if (!process.stdin.isTTY)
      throw new Error(
        'Say --yes to remove the database, the sandbox and the keys of this folder: npm run reset -- --yes',
      );
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await terminal.question(
      `Remove the database, the sandbox and the keys in ${stateDir}? Type yes: `,
    );
    terminal.close();
    if (answer.trim() !== 'yes') return console.log('Nothing was removed.');
  }
  // A hub that runs would write into what is being removed.
  const release = takeLock(stateDir, settings.port);
  const { home, dataDir } = await postgresHome({ stateDir });
  // A server that a killed supervisor left running would go on writing into what is removed.
  if (existsSync(dataDir)) await clearLeftovers(home, dataDir);
  await removePostgres({ stateDir });
  release();
  rmSync(stateDir, { recursive: true, force: true });
  console.log('Removed. The next npm start begins afresh.');
}
