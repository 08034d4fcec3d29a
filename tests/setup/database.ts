import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { bootstrap, type DatabaseUrls, databaseUrls } from '../../supabase/local/bootstrap.ts';

export interface TestDatabase extends DatabaseUrls {
  name: string;
  superuserUrl: string;
  /** Cuts off whoever is still connected and drops it. */
  drop(): Promise<void>;
}

/** A database of its own for one test file, a copy of the migrated template. Takes about 50 ms. */
export const freshDatabase = (): Promise<TestDatabase> => makeDatabase(inject('postgres').template);

/** One that has the bootstrap and no migration. */
export async function bareDatabase(): Promise<TestDatabase> {
  const database = await makeDatabase('template1');
  await bootstrap(database.superuserUrl, inject('postgres').passwords);
  return database;
}

async function makeDatabase(template: string): Promise<TestDatabase> {
  const server = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server.superuserUrl, [
    `create database ${name} template ${template}`,
    // A copy does not take the rights on the database itself along.
    `grant create, connect, temporary on database ${name} to patchbay_migrate`,
    `revoke temporary on database ${name} from public`,
  ]);
  const url = new URL(server.superuserUrl);
  url.pathname = `/${name}`;
  const superuserUrl = url.toString();
  return {
    name,
    superuserUrl,
    ...databaseUrls(superuserUrl, server.passwords),
    drop: () => administer(server.superuserUrl, [`drop database if exists ${name} with (force)`]),
  };
}

async function administer(url: string, statements: string[]): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    for (const statement of statements) await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
