import {
  eraseAccess,
  isDisconnecting,
  type Revocation,
  revokeAccess,
  writeReceipt,
} from '#lib/connections/index';
import type { JsonObject } from '#lib/core/index';
import type { Queryable } from '#lib/db/index';
import type { SagaDefinition, SagaStep, StepContext, StepResult } from '#lib/sagas/index';
import { listStreams, updateStream } from '#lib/sync/index';
import { countEnds, removeEndpoints, selectStanding } from '#lib/webhooks/index';
import type { StepName } from './plans.ts';
import { briefly, placeOf, rowsOnly, type StepDeps } from './saga-deps.ts';

type Step = SagaStep & { name: StepName<'disconnect'> };

const overtaken: StepResult = {
  isLast: true,
  note: 'Connected again meanwhile, so it was not ended.',
};
const someoneElseMs = 1_000;
/** The longest a registration under way may hold its endpoint (endpoint-store.ts), and some. */
const webhooksWaitMs = 90_000;

/**
 * Stop, remove webhooks, revoke, erase, receipt. There is no way back but connecting again, which
 * every step looks for first; what a service refuses is told in the receipt and holds up nothing.
 */
export function disconnectSaga(deps: StepDeps): SagaDefinition {
  return {
    kind: 'disconnect',
    steps: [stop(), removeWebhooks(deps), revoke(deps), erase(), receipt(deps)],
  };
}

const stop = (): Step => ({
  name: 'stop',
  ...rowsOnly,
  onFailure: 'go_on',
  write: async (tx, context) => {
    const at = placeOf(context);
    const streams = await listStreams(tx, at);
    const running = streams.filter(({ phase }) => phase !== 'paused');
    for (const { id } of running) await updateStream(tx, { streamId: id, phase: 'paused' });
    const standing = await selectStanding(tx, at);
    return {
      output: { endpoints: standing.map(({ id }) => id) },
      note: running.length === 0 ? 'Nothing was running.' : `${running.length} stopped.`,
    };
  },
});

const removeWebhooks = ({ connections, endpoints }: StepDeps): Step => ({
  name: 'remove_webhooks',
  ...briefly,
  waitAtMostMs: webhooksWaitMs,
  onFailure: 'go_on',
  act: async (context) => {
    const at = placeOf(context);
    if (!(await isDisconnecting(connections.db, at))) return overtaken;
    const isAll = await removeEndpoints(endpoints, at, context.signal);
    if (!isAll) return { waitMs: someoneElseMs, note: 'One is being registered; it goes next.' };
    const { removed, left } = await endsOf(endpoints.db, context);
    if (left > 0) return { note: `${removed} removed, ${left} left at the service.` };
    return { note: removed === 0 ? 'There was none.' : `${removed} removed.` };
  },
});

const revoke = ({ connections }: StepDeps): Step => ({
  name: 'revoke',
  ...briefly,
  onFailure: 'go_on',
  act: async (context) => {
    const isRepeated = context.attempt > 1;
    const options = { isRepeated, signal: context.signal };
    const revoked = await revokeAccess(connections, placeOf(context), options);
    if (!revoked) return overtaken;
    const output: JsonObject = { ...revoked };
    return { output, note: revoked.detail ?? words[revoked.outcome] };
  },
});

const words: Record<Revocation['outcome'], string> = {
  revoked: 'Revoked at the service.',
  already_invalid: 'It was not valid any more.',
  unsupported: 'The service offers no way to revoke it.',
};

const erase = (): Step => ({
  name: 'erase',
  ...rowsOnly,
  onFailure: 'compensate',
  write: async (tx, context) =>
    (await eraseAccess(tx, placeOf(context))) ? { note: 'Erased here.' } : overtaken,
});

const receipt = ({ connections }: StepDeps): Step => ({
  name: 'receipt',
  ...rowsOnly,
  onFailure: 'compensate',
  write: async (tx, context) => {
    const fault = context.faults['revoke'];
    const isWritten = await writeReceipt(tx, placeOf(context), {
      atMs: connections.clock.now(),
      requestedBy: context.requestedBy,
      revoked: fault
        ? { outcome: 'failed', detail: fault.message }
        : (context.outputs['revoke'] as unknown as Revocation),
      webhooks: await endsOf(tx, context),
    });
    return isWritten ? {} : overtaken;
  },
});

function endsOf(
  db: Queryable,
  { workspaceId, outputs }: StepContext,
): Promise<{ removed: number; left: number }> {
  const ids = outputs['stop']?.['endpoints'];
  return countEnds(db, workspaceId, Array.isArray(ids) ? ids.map(String) : []);
}
