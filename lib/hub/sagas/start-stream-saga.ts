import { z } from 'zod';
import { HubError } from '#lib/core/index';
import { type Queryable, transaction } from '#lib/db/index';
import type { SagaDefinition, SagaStep, StepContext } from '#lib/sagas/index';
import {
  type FirstRun,
  readFirstRun,
  readStreamScope,
  releaseFirstRun,
  type StreamDelivery,
  type StreamScope,
} from '#lib/sync/index';
import { ensureEndpoint, removeUnwanted } from '#lib/webhooks/index';
import type { StepName } from './plans.ts';
import { briefly, placeOf, type StepDeps } from './saga-deps.ts';

type Step = SagaStep & { name: StepName<'start_stream'> };

const inputSchema = z.object({ run_id: z.uuid() });
/** What the first step leaves for the second. */
const preparedSchema = z.discriminatedUnion('delivery', [
  z.object({ delivery: z.literal('webhook') }),
  z.object({ delivery: z.literal('poll'), reason: z.string() }),
]);

const busyMs = 500;
const busyAtMostMs = 90_000;
/** How often the first page is looked for; less often the longer it takes. */
const lookMs = 1_000;
const lookAtMostMs = 30_000;
const lookShare = 1 / 20;
/** A service that asks to wait, or a connection that waits for its owner, may take days. */
const firstPageAtMostMs = 14 * 86_400_000;

/**
 * A stream begins: its webhook is registered, then its first run is let go. A service that takes no
 * webhook means polling, and says so. A first run that fails takes the webhook back with it.
 */
export const startStreamSaga = (deps: StepDeps): SagaDefinition => ({
  kind: 'start_stream',
  steps: [registerWebhook(deps), firstRun(deps)],
});

const registerWebhook = ({ endpoints }: StepDeps): Step => ({
  name: 'register_webhook',
  ...briefly,
  waitAtMostMs: busyAtMostMs,
  onFailure: 'go_on',
  act: async (context) => {
    const stream = await streamOf(endpoints.db, context);
    const result = await ensureEndpoint(endpoints, stream, context.signal);
    switch (result.status) {
      case 'busy':
        return { waitMs: busyMs, note: 'It is being registered.' };
      case 'active':
        return { output: { delivery: 'webhook' }, note: 'Changes arrive as they happen.' };
      case 'unavailable':
        if (!result.isFinal) {
          throw new HubError('provider.unavailable', result.reason, { retry: 'later' });
        }
        return {
          output: { delivery: 'poll', reason: result.reason },
          note: `Polling instead: ${result.reason}`,
        };
    }
  },
  compensate: async (context) => {
    const { scopeKey } = await streamOf(endpoints.db, context);
    const at = { ...placeOf(context), scopeKey };
    const isGone = await removeUnwanted(endpoints, at, context.signal);
    if (isGone === null) {
      throw new HubError('resource.conflict', 'It is in other hands.', { retry: 'later' });
    }
    return { note: isGone ? 'Removed at the service.' : 'There was nothing to remove.' };
  },
});

const firstRun = ({ endpoints, pollMs }: StepDeps): Step => ({
  name: 'first_run',
  ...briefly,
  waitAtMostMs: firstPageAtMostMs,
  onFailure: 'compensate',
  act: async (context) => {
    const { run_id: runId } = inputSchema.parse(context.input);
    const at = { workspaceId: context.workspaceId, runId };
    const run = await readFirstRun(endpoints.db, at);
    if (!run) return { isLast: true, note: 'The stream does not exist any more.' };
    if (run.isHeld) {
      const stream = { ...placeOf(context), streamId: context.subject, runId: at.runId };
      await transaction(endpoints.db, (tx) =>
        releaseFirstRun(tx, stream, preparedBy(context), pollMs),
      );
    }
    return judge(run);
  },
});

function judge(run: FirstRun): Awaited<ReturnType<Extract<Step, { act: unknown }>['act']>> {
  if (run.status === 'completed') return { note: 'Read to the end.' };
  if (run.status === 'failed') {
    throw new HubError('provider.refused', run.error?.message ?? 'The first read failed.');
  }
  if (run.hasRead) return { note: 'Reading.' };
  if (run.status === 'cancelled') return { note: 'Cancelled by a member.' };
  if (run.status === 'paused') return { note: 'Paused; it goes on when it is resumed.' };
  const waitMs = Math.min(lookAtMostMs, Math.max(lookMs, Math.round(run.ageMs * lookShare)));
  return { waitMs, note: 'Waiting for the first page.' };
}

function preparedBy({ outputs, faults }: StepContext): StreamDelivery {
  const output = outputs['register_webhook'];
  if (output) return preparedSchema.parse(output);
  const reason = faults['register_webhook']?.message ?? 'no webhook could be registered.';
  return { delivery: 'poll', reason };
}

async function streamOf(db: Queryable, context: StepContext): Promise<StreamScope> {
  const stream = await readStreamScope(db, { ...placeOf(context), streamId: context.subject });
  if (!stream) throw new HubError('resource.not_found', 'The stream does not exist any more.');
  return stream;
}
