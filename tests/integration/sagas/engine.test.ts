import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubError, type JsonObject, newId, systemClock } from '#lib/core/index';
import { connect, type Db, transaction } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import {
  enqueueDueSagas,
  listSagas,
  type SagaDeps,
  type SagaStep,
  startSaga,
  workSaga,
} from '#lib/sagas/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { handing, hasty, runSagas } from './run-sagas.ts';

let database: TestDatabase;
let admin: postgres.Sql;
let db: Db;
const workspaceId = newId();
const connectionId = newId();
beforeAll(async () => {
  database = await freshDatabase();
  admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  db = connect({ url: database.workerUrl, name: 'test-worker', max: 6 });
  await admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'W', 'w')`;
  await admin`insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${connectionId}, ${workspaceId}, 'github', '1', 'ada', 'active')`;
});
afterAll(async () => {
  await Promise.all([db.end(), admin.end()]);
  await database.drop();
});
beforeEach(() => admin`delete from public.sagas`);

const rule = {
  timeoutMs: 5_000,
  retry: { attempts: 3, firstMs: 1, mostMs: 1 },
  onFailure: 'compensate',
} as const;

const depsWith = (steps: readonly SagaStep[]): SagaDeps => ({
  db,
  clock: systemClock,
  log: logger('test', 'silent'),
  definitions: { tried: { kind: 'tried', steps } },
});

const start = (steps: readonly { name: string }[], subject = newId()) =>
  transaction(db, (tx) =>
    startSaga(tx, {
      workspaceId,
      connectionId,
      kind: 'tried',
      subject,
      steps: steps.map(({ name }) => name),
      input: { of: 'this' },
      requestedBy: null,
    }),
  );

async function dueJob(): Promise<JsonObject> {
  const { jobs, queue } = handing();
  await enqueueDueSagas({ db, queue });
  expect(jobs).toHaveLength(1);
  return jobs[0] ?? {};
}

const shown = async () => {
  const [saga] = await transaction(db, (tx) => listSagas(tx, { workspaceId, connectionId }));
  if (!saga) throw new Error('There is no saga');
  return saga;
};
const later = () => new HubError('provider.unavailable', 'Away.', { retry: 'later' });
const { signal } = new AbortController();

describe('a saga', () => {
  it('hands outputs on, tries again after faults, and keeps what came of each step', async () => {
    let tries = 0;
    const seen: unknown[] = [];
    const steps: SagaStep[] = [
      {
        name: 'one',
        ...rule,
        act: async ({ attempt, key, input }) => {
          tries += 1;
          seen.push([attempt, key.split(':')[1], input]);
          if (tries < 3) throw later();
          return { output: { made: 7 }, note: 'Made.' };
        },
      },
      {
        name: 'two',
        ...rule,
        write: async (_tx, { outputs }) => ({ note: `Saw ${JSON.stringify(outputs['one'])}.` }),
      },
    ];
    await start(steps);
    await runSagas(depsWith(steps));
    expect(seen.map((call) => (call as unknown[])[0])).toEqual([1, 2, 3]);
    expect(seen[0]).toEqual([1, 'one', { of: 'this' }]);
    expect(await shown()).toMatchObject({
      state: 'completed',
      steps: [
        { name: 'one', state: 'completed', attempts: 3, note: 'Made.', error: null },
        { name: 'two', state: 'completed', attempts: 1, note: 'Saw {"made":7}.' },
      ],
    });
  });

  it('takes back in reverse what was done and what failed in the middle', async () => {
    const back: string[] = [];
    const step = (name: string, act: () => Promise<object>): SagaStep => ({
      name,
      ...rule,
      act,
      compensate: async ({ output }) => {
        back.push(name);
        return { note: JSON.stringify(output) };
      },
    });
    const steps = [
      step('one', () => Promise.resolve({ output: { id: 1 } })),
      step('two', () => Promise.reject(new HubError('provider.refused', 'No.'))),
      step('three', () => Promise.resolve({})),
    ];
    await start(steps);
    await runSagas(depsWith(steps));
    expect(back).toEqual(['two', 'one']);
    expect(await shown()).toMatchObject({
      state: 'compensated',
      steps: [
        { state: 'completed', compensation: { state: 'completed', note: '{"id":1}' } },
        { state: 'failed', attempts: 1, error: { message: 'No.' } },
        { state: 'skipped', compensation: null },
      ],
    });
  });

  it('says that it failed when something could not be taken back', async () => {
    const steps: SagaStep[] = [
      { name: 'one', ...rule, act: async () => ({}), compensate: () => Promise.reject(later()) },
      { name: 'two', ...rule, act: () => Promise.reject(new HubError('provider.refused')) },
    ];
    await start(steps);
    await runSagas(depsWith(steps));
    expect(await shown()).toMatchObject({
      state: 'failed',
      steps: [{ compensation: { state: 'failed', attempts: 3 } }, { state: 'failed' }],
    });
  });

  it('does not wait for a step that hangs, and does not believe it afterwards', async () => {
    const hanging = Promise.withResolvers<object>();
    const steps: SagaStep[] = [
      {
        name: 'one',
        ...rule,
        timeoutMs: 20,
        retry: { ...rule.retry, attempts: 1 },
        act: () => hanging.promise,
      },
    ];
    await start(steps);
    await runSagas(depsWith(steps));
    hanging.resolve({ note: 'Late.' });
    expect(await shown()).toMatchObject({
      state: 'failed',
      steps: [{ state: 'failed', note: null, error: { code: 'commands.timeout' } }],
    });
  });

  it('waits without a new event for each look', async () => {
    let isReady = false;
    const steps: SagaStep[] = [
      {
        name: 'one',
        ...rule,
        waitAtMostMs: 60_000,
        act: async () => (isReady ? { note: 'There.' } : { waitMs: 1, note: 'Not yet.' }),
      },
    ];
    await start(steps);
    const deps = depsWith(steps);
    for (let looks = 0; looks < 5; looks += 1) {
      await admin`update public.sagas set next_attempt_at = now()`;
      await workSaga(deps, await dueJob(), signal);
    }
    expect(await shown()).toMatchObject({
      state: 'running',
      steps: [{ state: 'waiting', attempts: 1, note: 'Not yet.' }],
    });
    const [count] = await admin`select count(*)::int as n from public.saga_events`;
    expect(count?.['n']).toBe(3);
    isReady = true;
    await admin`update public.sagas set next_attempt_at = now()`;
    await runSagas(hasty(deps));
    expect(await shown()).toMatchObject({ state: 'completed', steps: [{ note: 'There.' }] });
  });

  it('is one at a time of a kind and subject', async () => {
    const steps: SagaStep[] = [{ name: 'one', ...rule, act: async () => ({}) }];
    const subject = newId();
    const both = await Promise.all([start(steps, subject), start(steps, subject)]);
    expect(both.filter(Boolean)).toHaveLength(1);
    await runSagas(depsWith(steps));
    expect(await start(steps, subject)).not.toBeNull();
  });
});

describe('a worker that was thought dead', () => {
  it('writes nothing of what it finds out: the saga is in other hands', async () => {
    const gate = Promise.withResolvers<object>();
    const begun = Promise.withResolvers<void>();
    let acts = 0;
    const steps: SagaStep[] = [
      {
        name: 'one',
        ...rule,
        act: () => {
          acts += 1;
          if (acts > 1) return Promise.resolve({ note: 'By the second.' });
          begun.resolve();
          return gate.promise;
        },
      },
    ];
    await start(steps);
    const deps = depsWith(steps);
    const first = workSaga(deps, await dueJob(), signal);
    await begun.promise;
    await admin`update public.sagas set lease_until = now() - interval '1 second'`;
    expect(await workSaga(deps, await dueJob(), signal)).toBe('ended');
    gate.resolve({ note: 'By the first.' });
    expect(await first).toBe('lost');
    expect(await shown()).toMatchObject({
      state: 'completed',
      steps: [{ note: 'By the second.', attempts: 2 }],
    });
  });

  it('finds its job void when another one was made', async () => {
    const steps: SagaStep[] = [{ name: 'one', ...rule, act: async () => ({}) }];
    await start(steps);
    const old = await dueJob();
    await admin`update public.sagas set lease_until = null`;
    const fresh = await dueJob();
    expect(await workSaga(depsWith(steps), old, signal)).toBe('skipped');
    expect(await workSaga(depsWith(steps), fresh, signal)).toBe('ended');
  });

  it('gives the saga back when it is asked to stop', async () => {
    const stopping = new AbortController();
    const steps: SagaStep[] = [
      {
        name: 'one',
        ...rule,
        act: ({ signal: stop }) =>
          new Promise((_, reject) => {
            stop.addEventListener('abort', () => reject(stop.reason as Error));
            stopping.abort(new Error('The worker stops'));
          }),
      },
    ];
    await start(steps);
    expect(await workSaga(depsWith(steps), await dueJob(), stopping.signal)).toBe('resting');
    expect(await shown()).toMatchObject({ state: 'running', steps: [{ error: null }] });
    expect(await dueJob()).toMatchObject({ workspaceId });
  });
});
