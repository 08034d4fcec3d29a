/**
 * A worker reduced to its budget: asks a service so often, as fast as it is let, one of them to be
 * killed in the middle. Settings come by environment.
 */
import { systemClock } from '#lib/core/index';
import { connect } from '#lib/db/index';
import {
  type AllowedRate,
  createBudget,
  type Lane,
  paceOf,
  postgresBudget,
  readAnswerRates,
} from '#lib/resilience/index';

const env = (name: string): string => process.env[name] ?? '';
const db = connect({ url: env('DATABASE_URL_WORKER'), name: 'caller', max: 2 });
const at = { workspaceId: env('WORKSPACE_ID'), connectionId: env('CONNECTION_ID') };
const rate = JSON.parse(env('RATE')) as AllowedRate;
const budget = createBudget({
  store: postgresBudget(db, at),
  pace: paceOf(rate),
  clock: systemClock,
});
const lanes: readonly Lane[] = ['edit', 'refetch', 'poll', 'backfill'];

/** One call, asked for as often as it takes. */
async function callOnce(lane: Lane): Promise<void> {
  for (;;) {
    try {
      const ticket = await budget.take(lane);
      const answer = await fetch(env('SERVICE_URL'));
      await answer.arrayBuffer();
      const facts = readAnswerRates(answer, Date.now(), rate.headers ?? undefined);
      return ticket.end({ facts });
    } catch (error) {
      const { afterMs } = error as { afterMs?: number };
      if (afterMs === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, afterMs));
    }
  }
}

const calls = Number(env('CALLS'));
await Promise.all(
  Array.from({ length: calls }, (_, n) => callOnce(lanes[n % lanes.length] ?? 'poll')),
);
await budget.close();
await db.end();
