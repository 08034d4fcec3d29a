import { PgBoss } from 'pg-boss';
import { connect } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { bossOnPool } from './boss-db.ts';
import { bossSchema, queueNames, queueOptions } from './queue-table.ts';

/**
 * Makes or migrates pg-boss's tables and our queues. Runs as the migrating role after the
 * migrations and before any worker starts; safe to repeat.
 */
export async function installQueue(options: { url: string }): Promise<void> {
  const log = logger('queue-install', 'warn');
  const db = connect({ url: options.url, name: 'patchbay-queue-install', max: 2 });
  const boss = new PgBoss({
    db: bossOnPool(db),
    schema: bossSchema,
    createSchema: false,
    supervise: false,
    schedule: false,
  });
  boss.on('error', (error) => log.warn('pg-boss reports an error', { err: error }));
  try {
    await boss.start();
    for (const name of queueNames) await installOne(boss, name);
  } finally {
    await boss.stop({ graceful: false });
    await db.end({ timeout: 5 });
  }
}

async function installOne(boss: PgBoss, name: string): Promise<void> {
  const present = await boss.getQueue(name);
  if (!present) {
    await boss.createQueue(name, queueOptions);
    return;
  }
  const { policy, ...changeable } = queueOptions;
  // pg-boss cannot change a policy; ours never has, and a silent difference would break the order.
  if (present.policy !== policy) {
    throw new Error(`The queue ${name} has the policy ${present.policy} instead of ${policy}.`);
  }
  await boss.updateQueue(name, changeable);
}
