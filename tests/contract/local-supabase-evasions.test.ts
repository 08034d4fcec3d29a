import net from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { startTestSupabase, type TestSupabase } from '../setup/local-supabase.ts';

let database: TestDatabase;
let supabase: TestSupabase;
beforeAll(async () => {
  database = await freshDatabase();
  supabase = await startTestSupabase(database);
});
afterAll(async () => {
  await supabase.close();
  await database.drop();
});

/** Bytes as no HTTP client would send them; resolves when the server hangs up. */
function exchange(head: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(supabase.port, '127.0.0.1', () => socket.write(`${head}\r\n\r\n`));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(answer));
  });
}

it('offers nothing of Lite but REST, whatever way a path takes', async () => {
  for (const path of [
    '/rest/v1/../../auth/v1/health',
    '/rest/v1/../../auth/v1/settings',
    '/rest/v1/%2e%2e/%2E./auth/v1/signup',
    '/rest/v1/../../storage/v1/bucket',
    '/rest/v1/..\\..\\auth\\v1\\settings',
    '//auth/v1/settings',
  ]) {
    const answer = await exchange(
      `GET ${path} HTTP/1.1\r\nhost: localhost\r\napikey: ${supabase.publishableKey}\r\nconnection: close`,
    );
    expect(answer, path).toMatch(/^HTTP\/1\.1 404 /);
  }
});

it('hangs up on a handshake for no address, and lives', async () => {
  for (const target of ['//', '///', 'http://[']) {
    const answer = await exchange(
      `GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket`,
    );
    expect(answer, target).not.toMatch(/ 101 /);
  }
  expect((await fetch(`${supabase.url}/health`)).status).toBe(200);
});
