import { getEventListeners } from 'node:events';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { logger } from '#lib/observability/index';
import { startListener } from '../../../lib/queue/listener.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { patience } from '../../setup/patience.ts';

let database: TestDatabase;
let admin: postgres.Sql;
beforeAll(async () => {
  database = await freshDatabase();
  admin = postgres(database.superuserUrl, { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  vi.restoreAllMocks();
  await admin.end();
  await database.drop();
});

it('a worker that listens for long holds no more than one that has just begun', async () => {
  const signals = vi.spyOn(AbortSignal, 'any');
  let echoes = 0;
  await admin.listen('patchbay_work', (payload) => {
    if (payload.startsWith('echo:')) echoes += 1;
  });
  const listener = startListener({
    url: database.workerUrl,
    log: logger('test', 'silent'),
    onWork: () => undefined,
    onListening: () => undefined,
  });
  await expect.poll(() => echoes, patience).toBeGreaterThanOrEqual(3);
  const [first] = signals.mock.results;
  expect(listener.isListening()).toBe(true);
  expect(getEventListeners(first?.value as AbortSignal, 'abort').length).toBeLessThanOrEqual(2);
  await listener.stop();
  expect(listener.isListening()).toBe(false);
});
