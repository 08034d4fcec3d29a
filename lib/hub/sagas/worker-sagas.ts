import { type Db, transaction } from '#lib/db/index';
import { type Queue, queueTable, type Sweep } from '#lib/queue/index';
import { enqueueDueSagas, type SagaDeps, workSaga } from '#lib/sagas/index';
import { noteDelivery } from '#lib/sync/index';
import {
  enqueueDueEndpoints,
  type ReconcileDeps,
  type Registrable,
  reconcileEndpoint,
  settleAppWebhooks,
} from '#lib/webhooks/index';
import { connectors } from '../connectors.ts';
import { connectSaga } from './connect-saga.ts';
import { createRecordSaga } from './create-record-saga.ts';
import { disconnectSaga } from './disconnect-saga.ts';
import { selectUnattended } from './disconnecting-store.ts';
import type { StepDeps } from './saga-deps.ts';
import { beginDisconnect } from './start-sagas.ts';
import { startStreamSaga } from './start-stream-saga.ts';

const everyMs = { sagas: 1_000, webhooks: 3_000, unattended: 60_000 } as const;

export function sagaDeps(deps: StepDeps): SagaDeps {
  const { db, clock, log } = deps.connections;
  const all = [
    connectSaga(deps),
    startStreamSaga(deps),
    createRecordSaga(deps),
    disconnectSaga(deps),
  ];
  return { db, clock, log, definitions: Object.fromEntries(all.map((one) => [one.kind, one])) };
}

export const reconcileDeps = ({ endpoints, pollMs }: StepDeps): ReconcileDeps => ({
  ...endpoints,
  onDelivery: (at, delivery) =>
    transaction(endpoints.db, (tx) => noteDelivery(tx, at, delivery, pollMs)),
});

/** Connectors whose webhooks we register by their API, by what one registration is for. */
export function registrable(): Registrable {
  const per = (what: 'scope' | 'connection'): string[] =>
    connectors.list().flatMap(({ manifest: { name, webhook } }) => {
      const registration = webhook?.registration;
      return registration?.mode === 'api' && registration.per === what ? [name] : [];
    });
  return { perScope: per('scope'), perConnection: per('connection') };
}

export function sagaSweeps(deps: StepDeps, queue: Queue): Sweep[] {
  const { db, clock } = deps.connections;
  return [
    {
      work: 'sagas',
      queue: 'saga',
      everyMs: everyMs.sagas,
      run: () => enqueueDueSagas({ db, queue }),
    },
    {
      work: null,
      name: 'webhooks',
      queue: 'webhook',
      everyMs: everyMs.webhooks,
      run: () => enqueueDueEndpoints({ db, queue, clock }, registrable()),
    },
    {
      work: null,
      name: 'app webhooks',
      everyMs: everyMs.webhooks,
      run: () => settleByHand(db, deps.pollMs),
    },
    { work: null, name: 'unattended', everyMs: everyMs.unattended, run: () => attend(db) },
  ];
}

/** Streams follow what has arrived at the addresses people set up at services. */
function settleByHand(db: Db, pollMs: number): Promise<number> {
  const names = connectors
    .list()
    .flatMap(({ manifest: { name, webhook } }) =>
      webhook?.registration.mode === 'manual' && webhook.registration.per === 'app' ? [name] : [],
    );
  return transaction(db, async (tx) => {
    const changed = await settleAppWebhooks(tx, names);
    for (const { at, to } of changed) await noteDelivery(tx, { ...at, scopeKey: null }, to, pollMs);
    return changed.length;
  });
}

/** A connection that is being ended by nobody (begun by an earlier release) gets its saga. */
async function attend(db: Db): Promise<number> {
  await transaction(db, async (tx) => {
    for (const at of await selectUnattended(tx)) await beginDisconnect(tx, at);
  });
  return 0;
}

export async function handleSagas(deps: StepDeps, queue: Queue): Promise<void> {
  const sagas = sagaDeps(deps);
  const reconcile = reconcileDeps(deps);
  await queue.work('saga', queueTable.saga, async ({ payload, signal }) => {
    await workSaga(sagas, payload, signal);
  });
  await queue.work('webhook', queueTable.webhook, async ({ payload, signal }) => {
    await reconcileEndpoint(reconcile, payload, signal);
  });
}
