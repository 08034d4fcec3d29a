/**
 * A worker reduced to its queue, made to be killed: does numbered chores key by key and writes down
 * what it did. A chore may throw every time, or end its process.
 */
import { z } from 'zod';
import { connect } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { createQueue } from '#lib/queue/index';

const db = connect({ url: process.env['DATABASE_URL_WORKER'] ?? '', name: 'chores', max: 6 });
const queue = createQueue({ db, log: logger('chores', 'silent') });
const chore = z.object({ key: z.string(), n: z.number(), ill: z.enum(['no', 'throws', 'dies']) });

await queue.work('push', { concurrency: 3, batch: 4 }, async ({ payload }) => {
  const { key, n, ill } = chore.parse(payload);
  if (ill === 'throws') throw new Error('poison');
  if (ill === 'dies') process.kill(process.pid, 'SIGKILL');
  await db`select pg_sleep(0.01)`;
  await db`insert into private.done (key, n) values (${key}, ${n})`;
});
await queue.start();
process.stdout.write('ready\n');
