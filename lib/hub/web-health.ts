import type { Db } from '#lib/db/index';
import type { Health } from './schema.ts';
import { servicesPart, worstOf } from './services-health.ts';

const probeMs = 2_000;
/** Answered where no gateway is in front, so there is no release to name but the package's. */
const version = '0.1.0';

/** Whether this process can serve: it needs the database and nothing else. */
export async function readWebHealth(db: Db): Promise<Health> {
  const isUp = await Promise.race([
    db`select 1`.then(
      () => true,
      () => false,
    ),
    new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), probeMs).unref();
    }),
  ]);
  const detail = isUp ? null : 'PostgreSQL does not answer';
  const parts: Health['parts'] = [
    { name: 'database', status: isUp ? 'ok' : 'down', detail },
    ...(isUp ? [await servicesPart(db)] : []),
  ];
  return { status: worstOf(parts), version, parts };
}
