import { z } from 'zod';
import type { ConnectionDeps } from '#lib/connections/index';
import { enqueueDuePlans, type PlanDeps, workPlan } from '#lib/flows/index';
import { type Queue, queueTable, type Sweep } from '#lib/queue/index';
import { connectors } from './connectors.ts';
import { flowConnectors } from './flow-connectors.ts';

const everyMs = 1_000;

const planJob = z.object({
  workspaceId: z.uuid(),
  planId: z.uuid(),
  epoch: z.number().int(),
});

/** Plans of flows, made and carried out by the worker. */
export function planWork(
  { db, clock, log }: Pick<ConnectionDeps, 'db' | 'clock' | 'log'>,
  queue: Queue,
): { handle(): Promise<void>; sweeps: Sweep[] } {
  const deps: PlanDeps = {
    db,
    queue,
    connectors: {
      resourceOf: (connector, resource) => flowConnectors.resourceOf(connector, resource),
      providerOf: (connector) => flowConnectors.providerOf(connector),
      rateOf: (connector) => connectors.get(connector)?.manifest.rate ?? null,
    },
    clock,
    log,
  };
  return {
    handle: () =>
      queue.work('plan', queueTable.plan, async ({ payload, signal }) => {
        await workPlan(deps, planJob.parse(payload), signal);
      }),
    sweeps: [{ work: 'plans', queue: 'plan', everyMs, run: () => enqueueDuePlans(deps) }],
  };
}
