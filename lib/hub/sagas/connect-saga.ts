import { HubError } from '#lib/core/index';
import type { SagaDefinition, SagaStep } from '#lib/sagas/index';
import { catchUp, listScopesRead } from '#lib/sync/index';
import { ensureEndpoint, recheckEndpoints } from '#lib/webhooks/index';
import type { StepName } from './plans.ts';
import { briefly, placeOf, rowsOnly, type StepDeps } from './saga-deps.ts';

type Step = SagaStep & { name: StepName<'connect'> };

const busyMs = 500;
const busyAtMostMs = 90_000;

/**
 * A credential was stored. The first two steps are done by the transaction that starts the saga,
 * because a credential whose account is not known is never stored; the others bring what was there
 * before a reconnection back to life.
 */
export const connectSaga = (deps: StepDeps): SagaDefinition => ({
  kind: 'connect',
  steps: [doneAtStart('store_credential'), doneAtStart('check_account'), restore(deps), resume()],
});

const doneAtStart = (name: Step['name']): Step => ({
  name,
  ...rowsOnly,
  onFailure: 'go_on',
  write: () => Promise.resolve({}),
});

const restore = ({ endpoints }: StepDeps): Step => ({
  name: 'restore_webhooks',
  ...briefly,
  waitAtMostMs: busyAtMostMs,
  onFailure: 'go_on',
  act: async (context) => {
    const at = placeOf(context);
    const streams = await listScopesRead(endpoints.db, at);
    const reading = streams.filter(({ phase }) => phase === 'live' || phase === 'backfill');
    let active = 0;
    let reason: string | null = null;
    for (const stream of reading) {
      const result = await ensureEndpoint(endpoints, stream, context.signal);
      if (result.status === 'busy') return { waitMs: busyMs, note: 'One is being registered.' };
      if (result.status === 'active') active += 1;
      else if (result.isFinal) reason = result.reason;
      else throw new HubError('provider.unavailable', result.reason, { retry: 'later' });
    }
    // What is said to stand is compared with the service, which had time to forget it.
    await recheckEndpoints(endpoints.db, at);
    if (reading.length === 0) return { note: 'No stream reads yet.' };
    if (reason !== null) return { note: `Polling instead: ${reason}` };
    return { note: active === 1 ? 'The webhook stands.' : `Webhooks of ${active} streams stand.` };
  },
});

const resume = (): Step => ({
  name: 'catch_up',
  ...rowsOnly,
  onFailure: 'go_on',
  write: async (tx, context) => {
    const streams = await catchUp(tx, placeOf(context));
    return { note: streams === 0 ? 'Nothing to catch up with.' : 'Changes are asked for now.' };
  },
});
