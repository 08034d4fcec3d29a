import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { enqueueDueCommands } from '#lib/connections/index';
import { newId } from '#lib/core/index';
import { connect, type Db, dueInTurn, type Tx, transaction } from '#lib/db/index';
import { enqueueDueMails } from '#lib/mail/worker';
import { logger } from '#lib/observability/index';
import {
  createQueue,
  installQueue,
  type NewJob,
  type Queue,
  type Sweeps,
  startSweeps,
} from '#lib/queue/index';
import { enqueueDueSagas } from '#lib/sagas/index';
import {
  enqueueDueCreations,
  enqueueDuePolls,
  enqueueDuePushes,
  enqueueDueRuns,
} from '#lib/sync/index';
import { enqueueDueInbox } from '#lib/webhooks/index';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { isLong } from '../../setup/is-long.ts';
import { patience } from '../../setup/patience.ts';

let database: TestDatabase;
let db: Db;
let admin: postgres.Sql;
const many = randomUUID();
const few = randomUUID();
const connections = { [many]: randomUUID(), [few]: randomUUID() };
const log = logger('test', 'silent');

beforeAll(async () => {
  database = await freshDatabase();
  await installQueue({ url: database.migrateUrl });
  db = connect({ url: database.workerUrl, name: 'test-worker', max: 12 });
  admin = postgres(database.superuserUrl, { max: 2, onnotice: () => undefined });
  for (const [id, slug] of [
    [many, 'many'],
    [few, 'few'],
  ] as const) {
    const connectionId = connections[id] ?? '';
    await admin`insert into public.workspaces (id, name, slug) values (${id}, ${slug}, ${slug})`;
    await admin`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${connectionId}, ${id}, 'github', ${connectionId}, 'mara', 'active')`;
  }
  await admin.unsafe(`
    create table private.chores (id uuid primary key, workspace_id uuid not null, due_at timestamptz not null);
    create index chores_due on private.chores (workspace_id, due_at);
    grant all on private.chores to patchbay_worker`);
});
beforeEach(async () => {
  await db`delete from pgboss.job`;
});
afterAll(async () => {
  await admin.end();
  await db.end();
  await database.drop();
});

const due = (tx: Tx, limit: number) =>
  dueInTurn(tx, {
    table: 'private.chores',
    queue: 'push',
    may: tx`true`,
    at: tx`t.due_at`,
    limit,
  });

/** What every sweep did before workspaces had their turn: the oldest rows first, whoever's they are. */
const oldestFirst = (tx: Tx, limit: number) => tx`
  with due as (select id from private.chores t where due_at <= now() order by due_at limit ${limit}
    for update skip locked)`;

async function sweepChores(queue: Queue, take: typeof due): Promise<number> {
  return transaction(db, async (tx) => {
    const rows = await tx<{ id: string; workspace_id: string }[]>`${take(tx, 200)}
      update private.chores c set due_at = now() + interval '1 hour' from due where c.id = due.id
      returning c.id, c.workspace_id`;
    const jobs = rows.map(({ id, workspace_id: workspaceId }) => ({
      payload: { id, workspaceId },
      key: id,
      ...(take === due ? { workspaceId } : {}),
    }));
    await queue.send(tx, 'push', jobs);
    return rows.length;
  });
}

const chore = z.object({ id: z.uuid(), workspaceId: z.uuid() });

const owe = (workspaceId: string, count: number) => admin`
  insert into private.chores select gen_random_uuid(), ${workspaceId}, now() - interval '1 minute'
  from generate_series(1, ${count})`;

/** Works off what `many` owes; in the middle of it `few` comes with twenty. Answers the order of ends. */
async function race(take: typeof due, owed: number): Promise<string[]> {
  const order: string[] = [];
  let sweeps: Sweeps | null = null;
  const queue = createQueue({ db, log, onSettled: (name) => sweeps?.settled(name) });
  await queue.work('push', { concurrency: 5, perWorkspace: 4, batch: 1 }, async (job) => {
    const { id, workspaceId } = chore.parse(job.payload);
    await db`select pg_sleep(0.001)`;
    order.push(workspaceId);
    await db`delete from private.chores where id = ${id}`;
  });
  await owe(many, owed);
  await queue.start();
  sweeps = startSweeps({
    db,
    log,
    sweeps: [{ work: 'push', queue: 'push', everyMs: 200, run: () => sweepChores(queue, take) }],
    onEnqueued: (name) => queue.kick(name),
  });
  await expect.poll(() => order.length, patience).toBeGreaterThan(40);
  await owe(few, 20);
  const before = order.length;
  sweeps.poke('push');
  await expect.poll(() => order.filter((workspace) => workspace === few).length, patience).toBe(20);
  await sweeps.stop();
  await queue.stop({ drainMs: 2_000 });
  await admin`delete from private.chores`;
  await db`delete from pgboss.job`;
  const end = order.lastIndexOf(few);
  return order.slice(before, end + 1);
}

describe('a workspace that owes a great deal', () => {
  const owed = isLong ? 100_000 : 1_500;

  it('delays another one by a small number of its own jobs', async () => {
    const order = await race(due, owed);
    // Four of five fetchers are its at most, so four of its jobs beside each of the other's, and
    // what was begun before the sweep came by.
    expect(order.filter((workspace) => workspace === many).length).toBeLessThanOrEqual(200);
  });

  it('would delay it by everything if the oldest rows went first, which this test notices', async () => {
    const order = await race(oldestFirst, 500);
    expect(order.filter((workspace) => workspace === many).length).toBeGreaterThan(300);
  });
});

const sent: NewJob[] = [];
const queue = {
  send: async (_tx: unknown, _name: unknown, jobs: NewJob[]) => void sent.push(...jobs),
};

/** Rows of one kind, due since `minutes`; the older ones are those of `many`. */
const arrange: Record<string, (workspaceId: string, minutes: number) => Promise<unknown>> = {
  commands: (workspaceId, minutes) => admin`
    insert into private.commands (id, workspace_id, kind, created_at, deadline_at)
    values (${newId()}, ${workspaceId}, 'connections.check', now() - make_interval(mins => ${minutes}), now())`,
  mails: (workspaceId, minutes) => admin`
    insert into private.mails (id, workspace_id, kind, recipient, envelope, retry_at, deadline_at)
    values (${newId()}, ${workspaceId}, 'test', 'a@x.test', '\\x00', now() - make_interval(mins => ${minutes}),
      now() + interval '1 day')`,
  inbox: (workspaceId, minutes) => admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict, next_attempt_at)
    values (${newId()}, ${workspaceId}, ${connections[workspaceId] ?? ''}, ${newId()}, 'github', 'issues',
      ${newId()}, '{}', '{}', 'verified', now() - make_interval(mins => ${minutes}))`,
  sagas: (workspaceId, minutes) => admin`
    insert into public.sagas (id, workspace_id, connection_id, kind, subject, next_attempt_at)
    values (${newId()}, ${workspaceId}, ${connections[workspaceId] ?? ''}, 'connect', ${newId()},
      now() - make_interval(mins => ${minutes}))`,
  polls: (workspaceId, minutes) => stream(workspaceId, minutes),
  runs: async (workspaceId, minutes) => admin`
    insert into public.runs (id, workspace_id, connection_id, stream_id, kind, next_attempt_at)
    values (${newId()}, ${workspaceId}, ${connections[workspaceId] ?? ''}, ${await stream(workspaceId, null)},
      'backfill', now() - make_interval(mins => ${minutes}))`,
  pushes: async (workspaceId, minutes) => {
    const [id, recordId] = [newId(), newId()];
    const streamId = await stream(workspaceId, null);
    await admin`insert into public.records (id, workspace_id, kind, data) values (${recordId}, ${workspaceId}, 'task', '{}')`;
    await admin`
      insert into public.links (id, workspace_id, record_id, connection_id, stream_id, kind, external_id, next_attempt_at)
      values (${id}, ${workspaceId}, ${recordId}, ${connections[workspaceId] ?? ''}, ${streamId}, 'task', ${id},
        now() - make_interval(mins => ${minutes}))`;
  },
  // Each has its own service that gets what is new.
  creations: async (workspaceId, minutes) => {
    const [flowId, recordId] = [newId(), newId()];
    const streamId = await stream(workspaceId, null);
    await admin`insert into public.records (id, workspace_id, kind, data) values (${recordId}, ${workspaceId}, 'task', '{}')`;
    await admin`insert into public.flows (id, workspace_id, name, kind, status)
      values (${flowId}, ${workspaceId}, 'f', 'task', 'live')`;
    await admin`insert into public.flow_sides (stream_id, workspace_id, flow_id, position)
      values (${streamId}, ${workspaceId}, ${flowId}, 0)`;
    await admin`
      insert into public.creations (id, workspace_id, record_id, connection_id, stream_id, next_attempt_at)
      values (${newId()}, ${workspaceId}, ${recordId}, ${connections[workspaceId] ?? ''}, ${streamId},
        now() - make_interval(mins => ${minutes}))`;
  },
};

async function stream(workspaceId: string, minutes: number | null): Promise<string> {
  const id = newId();
  await admin`
    insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase, next_poll_at)
    values (${id}, ${workspaceId}, ${connections[workspaceId] ?? ''}, 'issues', 'task', 's', '{}', ${id}, 'live',
      now() - make_interval(mins => ${minutes}))`;
  return id;
}

const sweep: Record<string, () => Promise<number>> = {
  commands: () => enqueueDueCommands({ db, queue }),
  mails: () => transaction(db, (tx) => enqueueDueMails(tx, queue)),
  inbox: async () => (await transaction(db, (tx) => enqueueDueInbox(tx, queue, 200))).enqueued,
  sagas: () => enqueueDueSagas({ db, queue }),
  polls: () => enqueueDuePolls({ db, queue }),
  runs: () => enqueueDueRuns({ db, queue }),
  pushes: () => enqueueDuePushes({ db, queue }),
  creations: () => enqueueDueCreations({ db, queue }),
};

describe('the sweep of', () => {
  it.each(Object.keys(sweep))(
    '%s takes one workspace’s due rows beside another one’s many',
    async (kind) => {
      sent.length = 0;
      for (let n = 0; n < 30; n += 1) await arrange[kind]?.(many, 60);
      for (let n = 0; n < 2; n += 1) await arrange[kind]?.(few, 1);
      // Twenty jobs of `many` wait already: nothing more of it is taken out of its table.
      const name =
        {
          commands: 'command',
          mails: 'mail',
          sagas: 'saga',
          polls: 'poll',
          runs: 'run',
          pushes: 'push',
          creations: 'create',
        }[kind] ?? kind;
      await db`
      insert into pgboss.job (id, name, group_id, singleton_key, policy)
      select gen_random_uuid(), ${name}, ${many}, gen_random_uuid()::text, 'key_strict_fifo' from generate_series(1, 20)`;
      expect(await sweep[kind]?.()).toBe(2);
      expect(new Set(sent.map((job) => job.workspaceId))).toEqual(new Set([few]));
      await db`delete from pgboss.job`;
      // With room again it has its share.
      expect(await sweep[kind]?.()).toBeGreaterThanOrEqual(20);
      expect(new Set(sent.map((job) => job.workspaceId))).toEqual(new Set([few, many]));
    },
  );
});
