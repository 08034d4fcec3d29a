import type { Db } from '#lib/db/index';
import { countResting } from './limits-store.ts';
import type { Health } from './schema.ts';

type Part = Health['parts'][number];

const probeMs = 1_500;

/**
 * The services workspaces are connected to: degraded while one of them is left alone. Says how many
 * and not whose, because anybody may ask.
 */
export async function servicesPart(db: Db): Promise<Part> {
  const count = await Promise.race([
    countResting(db).catch(() => null),
    new Promise<null>((resolve) => {
      setTimeout(() => resolve(null), probeMs).unref();
    }),
  ]);
  // That the database does not answer is said by its own part.
  if (count === null || count === 0) return { name: 'services', status: 'ok', detail: null };
  const detail = count === 1 ? 'one is left alone for a moment' : `${count} are left alone`;
  return { name: 'services', status: 'degraded', detail };
}

/** Degraded is not dead: only a part that is down, or not up yet, makes the whole so. */
export function worstOf(parts: readonly Part[]): Health['status'] {
  if (parts.some(({ status }) => status === 'down' || status === 'starting')) return 'down';
  return parts.some(({ status }) => status === 'degraded') ? 'degraded' : 'ok';
}
