import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@supabase/supabase-js';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newSecrets } from '../../supabase/local/bootstrap.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { patience } from '../setup/patience.ts';

const projectRoot = path.resolve(import.meta.dirname, '../..');
const main = path.join(projectRoot, 'supabase/local/main.ts');
let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.drop());

const run = (environment: Record<string, string>) =>
  spawn(process.execPath, ['--conditions=react-server', main], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_ENV: 'production', PATH: process.env['PATH'] ?? '', ...environment },
  });

it('the process says when it is ready, serves both, and drains on SIGTERM', async () => {
  const secrets = newSecrets();
  const child = run({
    SUPABASE_LOCAL_REST_DATABASE_URL: database.restUrl,
    SUPABASE_LOCAL_REALTIME_DATABASE_URL: database.realtimeUrl,
    SUPABASE_JWT_SECRET: secrets.jwtSecret,
    SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
    SUPABASE_SECRET_KEY: secrets.secretKey,
  });
  const [line = ''] = await new Promise<string[]>((resolve) => {
    createInterface(child.stdout).once('line', (text) => resolve([text]));
  });
  const { ready, url } = JSON.parse(line) as { ready: boolean; url: string };
  expect(ready).toBe(true);
  await expect.poll(async () => (await fetch(`${url}/health`)).status, patience).toBe(200);
  const token = await new SignJWT({ sub: crypto.randomUUID(), role: 'authenticated' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1m')
    .sign(new TextEncoder().encode(secrets.jwtSecret));
  const client = createClient(url, secrets.publishableKey, {
    accessToken: () => Promise.resolve(token),
  });
  expect((await client.from('workspaces').select()).data).toEqual([]);
  child.kill('SIGTERM');
  await expect.poll(() => child.exitCode, patience).toBe(0);
});

it('a wrong setting is named, and no value is shown', async () => {
  const child = run({ SUPABASE_JWT_SECRET: 'hunter2' });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await expect.poll(() => child.exitCode, patience).toBe(1);
  expect(output).toContain('SUPABASE_JWT_SECRET: must have at least 32 characters');
  expect(output).not.toContain('hunter2');
});
