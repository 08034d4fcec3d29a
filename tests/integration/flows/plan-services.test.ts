import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '#lib/core/index';
import { asUser } from '#lib/db/index';
import {
  enablePlan,
  enqueueDuePlans,
  getPlan,
  type PlanDeps,
  type PlanJob,
  startPlan,
  workPlan,
} from '#lib/flows/index';
import type { Plan } from '#lib/flows/schema';
import { logger } from '#lib/observability/index';
import { manifestOf, plain } from '../../setup/fake-remote/remote-switches.ts';
import { type ModelDatabase, openModelDatabase } from '../sync/model/model-database.ts';
import { type Side, Trial } from '../sync/model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

const manifest = manifestOf(plain);
const issue = (title: string, more: object = {}): JsonObject => ({
  title,
  body: 'text',
  state: 'open',
  labels: [],
  ...more,
});
const byId = (prefix: string, all: readonly JsonObject[]): Record<string, JsonObject> =>
  Object.fromEntries(all.map((fields, n) => [`${prefix}${n}`, fields]));

async function begin(left: JsonObject[], right: JsonObject[]): Promise<[Side, Side, string]> {
  trial = await Trial.apart(at, [
    { switches: { ...plain, ordered: true }, objects: byId('l', left) },
    { switches: { ...plain, ordered: true, name: 'right', seed: 2 }, objects: byId('r', right) },
  ]);
  const [one, two] = trial.sides;
  if (!one || !two) throw new Error('There are two sides.');
  return [one, two, await trial.flow('draft')];
}

async function workPlans(): Promise<void> {
  const jobs: PlanJob[] = [];
  const deps: PlanDeps = {
    db: at.worker,
    queue: {
      send: (_tx, _name, sent) => {
        jobs.push(...sent.map(({ payload }) => payload as unknown as PlanJob));
        return Promise.resolve();
      },
    },
    connectors: {
      resourceOf: () => manifest.resources[0] ?? null,
      providerOf: () => manifest.provider,
      rateOf: () => manifest.rate,
    },
    clock: { now: () => Date.now(), random: () => 0.5 },
    log: logger('test', 'silent'),
  };
  await enqueueDuePlans(deps);
  for (const job of jobs) await workPlan(deps, job, new AbortController().signal);
}

const planned = async (flowId: string): Promise<Plan> => {
  const { workspaceId, userId } = trial.owner;
  const plan = await asUser(at.web, trial.owner, (tx) =>
    startPlan(tx, { workspaceId, flowId, requestedBy: userId }),
  );
  await workPlans();
  return asUser(at.web, trial.owner, (tx) => getPlan(tx, { planId: plan.id }));
};

const enabled = async (planId: string): Promise<Plan> => {
  await asUser(at.web, trial.owner, (tx) =>
    enablePlan(tx, { planId, enabledBy: trial.owner.userId }),
  );
  await workPlans();
  return asUser(at.web, trial.owner, (tx) => getPlan(tx, { planId }));
};

/** Webhooks, jobs and time until nobody has anything to say; a bound instead of a clock. */
async function quiet(): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    for (const side of trial.sides) await trial.observe(side, ...side.remote.queue.splice(0));
    await trial.runJobs(undefined, ['push', 'create']);
    await trial.letTimePass();
  }
}

const titles = ({ remote }: Side) =>
  [...remote.objects.values()]
    .flatMap(({ fields: { title } }) => (typeof title === 'string' ? title : []))
    .sort();
/** Fields the hub wrote to objects that were there before. */
const written = ({ remote }: Side) =>
  remote.writes
    .filter(({ by, before }) => by === 'hub' && Object.keys(before).length > 0)
    .flatMap(({ patch }) => Object.keys(patch));
const openConflicts = () =>
  at.admin`select field from public.conflicts
    where workspace_id = ${trial.owner.workspaceId} and status = 'open'`;

it('does at both services what the preview counted, and nothing else', async () => {
  const [left, right, flowId] = await begin(
    [issue('Same'), issue('Body', { body: 'left' }), issue('Left 1'), issue('Left 2')],
    [issue('Same'), issue('Body', { body: 'right' }), issue('Right')],
  );
  const plan = await planned(flowId);
  expect(plan).toMatchObject({
    status: 'ready',
    counts: { joins: 2, creates: 3, updates: 0, conflicts: 1, reviews: 0, deletes: 0 },
    estimate: { calls: 3 },
  });
  await quiet();
  expect([...written(left), ...written(right)]).toEqual([]);
  expect([left.remote.made.length, right.remote.made.length]).toEqual([0, 0]);

  expect(await enabled(plan.id)).toMatchObject({ status: 'done', skipped: 0, failed: 0 });
  await quiet();
  const made = left.remote.made.length + right.remote.made.length;
  expect(made).toBe(plan.counts.creates);
  expect([...written(left), ...written(right)]).toHaveLength(plan.counts.updates);
  expect(await openConflicts()).toHaveLength(plan.counts.conflicts);
  const all = ['Body', 'Left 1', 'Left 2', 'Right', 'Same'];
  expect(titles(left)).toEqual(all);
  expect(titles(right)).toEqual(all);
  expect(trial.broken).toEqual([]);
});

it('lets the first side stand with as many updates as were counted', async () => {
  const [left, right, flowId] = await begin(
    [issue('One', { body: 'left' }), issue('Two', { state: 'done', labels: ['a'] })],
    [issue('One', { body: 'right' }), issue('Two')],
  );
  await at.admin`update public.flows set on_difference = 'first_side' where id = ${flowId}`;
  const plan = await planned(flowId);
  expect(plan.counts).toMatchObject({ joins: 2, conflicts: 0, creates: 0 });
  await enabled(plan.id);
  await quiet();
  expect(written(left)).toEqual([]);
  expect(written(right)).toHaveLength(plan.counts.updates);
  const [one, two] = [...right.remote.objects.values()].map(({ fields }) => fields);
  expect(one).toMatchObject({ body: 'left' });
  expect(two).toMatchObject({ state: 'done', labels: ['a'] });
});

it('makes nothing twice of what is new at a side while it is carried out', async () => {
  const [left, right, flowId] = await begin([issue('One')], [issue('One')]);
  const plan = await planned(flowId);
  // Told by a webhook between the preview and its enabling: it is named, and waits for the next plan.
  left.remote.create('l9', issue('Between'));
  await trial.observe(left, ...left.remote.queue.splice(0));
  expect(await enabled(plan.id)).toMatchObject({ status: 'done', skipped: 1 });
  await quiet();
  expect(titles(right)).toEqual(['One']);
  // What is new once the flow is live is made by the flow itself.
  left.remote.create('l10', issue('After'));
  await quiet();
  expect(titles(right)).toEqual(['After', 'One']);
  const again = await planned(flowId);
  expect(again.counts).toMatchObject({ joins: 0, creates: 1, reviews: 0 });
  await enabled(again.id);
  await quiet();
  expect(titles(right)).toEqual(['After', 'Between', 'One']);
  expect(right.remote.made).toHaveLength(2);
});
