import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import { logger, metricsText } from '#lib/observability/index';
import { createWatch, installQueue, leaveWatch } from '#lib/queue/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';

let database: TestDatabase;
let db: Db;
let admin: postgres.Sql;
const lines: Record<string, unknown>[] = [];
const log = logger('test', 'error', { write: (line) => void lines.push(JSON.parse(line)) });

beforeAll(async () => {
  database = await freshDatabase();
  await installQueue({ url: database.migrateUrl });
  db = connect({ url: database.workerUrl, name: 'test-worker', max: 4 });
  admin = postgres(database.superuserUrl, { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await Promise.all([admin.end(), db.end()]);
  await database.drop();
});

it('says once, and shows as long as it is so, that rows are due for long without a living job', async () => {
  const workspaceId = randomUUID();
  const workerId = newId();
  await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'a', 'a')`;
  const options = {
    db,
    clock: { now: Date.now, random: Math.random },
    log,
    workerId,
    mode: () => 'poll' as const,
    isPaused: () => false,
  };
  const watch = createWatch(options);
  const conditionOf = async (queue: string): Promise<string | undefined> =>
    (await watch()).get(queue);
  expect(await conditionOf('command')).toBe('idle');
  expect(await db`select mode from private.queue_workers where id = ${workerId}`).toMatchObject([
    { mode: 'poll' },
  ]);

  await admin`
    insert into private.commands (id, workspace_id, kind, created_at, deadline_at)
    values (${newId()}, ${workspaceId}, 'connections.check', now() - interval '5 minutes', now())`;
  expect(await conditionOf('command')).toBe('stuck');
  expect(await conditionOf('command')).toBe('stuck');
  expect(lines.filter((line) => String(line['msg']).includes('command is stuck'))).toHaveLength(1);
  expect(await metricsText()).toMatch(/patchbay_queue_stuck\{queue="command"\} 1/);

  // A living job excuses it; so does the word of the owner.
  await db`
    insert into pgboss.job (id, name, group_id, singleton_key, policy)
    values (gen_random_uuid(), 'command', ${workspaceId}, 'k', 'key_strict_fifo')`;
  expect(await conditionOf('command')).toBe('behind');
  await db`delete from pgboss.job`;
  const rests = createWatch({ ...options, isPaused: (queue) => queue === 'command' });
  expect((await rests()).get('command')).toBe('paused');
  expect(await metricsText()).toMatch(/patchbay_queue_stuck\{queue="command"\} 0/);

  await leaveWatch(options);
  expect(await db`select 1 from private.queue_workers`).toHaveLength(0);
});
