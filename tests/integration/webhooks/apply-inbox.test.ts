import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HubError, type JsonObject, systemClock } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import {
  type ApplyDeps,
  applyInboxEvents,
  enqueueDueInbox,
  type InboxPorts,
} from '#lib/webhooks/index';
import { withDriverFaults } from './driver-faults.ts';
import { type InboxFixture, inboxFixture, silent } from './inbox-fixture.ts';
import { plainParser } from './plain-parser.ts';

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());
beforeEach(() => inbox.admin`truncate public.inbox_events, private.dedupe_keys`);

const recordId = randomUUID();
function deps(ports: Partial<InboxPorts> = {}): ApplyDeps & { refetched: string[] } {
  const refetched: string[] = [];
  return {
    db: inbox.worker,
    findParser: (name) => (name === 'github' ? plainParser : null),
    clock: systemClock,
    log: silent,
    refetched,
    ports: {
      apply: async (_tx, _target, events) =>
        events.map(() => ({ kind: 'applied', summary: '1 updated', recordIds: [recordId] })),
      refetch: async (_tx, _target, refs) =>
        void refetched.push(...refs.map((ref) => ref.externalId)),
      ...ports,
    },
  };
}

async function put(event: string, payload: JsonObject = {}, connector = 'github'): Promise<string> {
  const id = randomUUID();
  await inbox.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict)
    values (${id}, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, ${connector},
      ${event}, ${id}, '{}', ${Buffer.from(JSON.stringify(payload))}, 'verified')`;
  return id;
}

const row = async (id: string) => {
  const [found] = await inbox.admin`select * from public.inbox_events where id = ${id}`;
  return found ?? {};
};

type SentJob = { payload: JsonObject };
/** Turns what is due into jobs and hands them back instead of to pg-boss. */
async function due(limit = 100): Promise<SentJob[]> {
  const sent: SentJob[] = [];
  await transaction(inbox.worker, (tx) =>
    enqueueDueInbox(tx, { send: async (_tx, _name, jobs) => void sent.push(...jobs) }, limit),
  );
  return sent;
}

async function run(jobs: SentJob[], using: ApplyDeps): Promise<void> {
  const { signal } = new AbortController();
  for (const { payload } of jobs) await applyInboxEvents(using, payload, signal);
}
const makeDue = () => inbox.admin`update public.inbox_events set next_attempt_at = now()`;

describe('enqueueDueInbox', () => {
  it('leases each due event once, in jobs of twenty, oldest first', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 45; count += 1) ids.push(await put('issues'));
    const [first, second] = await Promise.all([due(30), due(30)]);
    const taken = [...first, ...second].flatMap(({ payload }) => payload['ids'] as string[]);
    expect(taken.toSorted()).toEqual(ids.toSorted());
    expect(
      [...first, ...second].every(({ payload }) => (payload['ids'] as string[]).length <= 20),
    ).toBe(true);
    expect(await due()).toEqual([]);
    expect((await row(ids[0] ?? ''))['status']).toBe('queued');
  });

  it('finds an event again whose job was lost', async () => {
    const id = await put('issues');
    await due();
    await makeDue();
    expect((await due()).flatMap(({ payload }) => payload['ids'])).toEqual([id]);
  });

  it('rolls back with its transaction', async () => {
    const id = await put('issues');
    const failing = { send: () => Promise.reject(new Error('no queue')) };
    await expect(
      transaction(inbox.worker, (tx) => enqueueDueInbox(tx, failing, 10)),
    ).rejects.toThrow('no queue');
    expect((await row(id))['status']).toBe('pending');
  });

  it('takes so many of one workspace and leaves its backlog in the table', async () => {
    for (let count = 0; count < 405; count += 1) await put('issues');
    expect((await due(1_000)).flatMap(({ payload }) => payload['ids'])).toHaveLength(400);
    const rest = await inbox.admin`select 1 from public.inbox_events where status = 'pending'`;
    expect(rest).toHaveLength(5);
  });
});

describe('applyInboxEvents', () => {
  it('takes what nobody signed as a hint: it reads what it is about and writes nothing of it', async () => {
    const id = await put('issues', { issue: 7 });
    await inbox.admin`update public.inbox_events set verdict = 'unverified' where id = ${id}`;
    const using = deps({ apply: () => Promise.reject(new Error('nothing is to be written')) });
    await run(await due(), using);
    expect(using.refetched).toEqual(['7']);
    expect((await row(id))['outcome']).toBe('not signed, reading: about issues');
  });

  it('settles each kind of event with its outcome', async () => {
    const cases = {
      issues: await put('issues'),
      ping: await put('ping'),
      unknown: await put('watch'),
      refetch: await put('issues', { refetch: true }),
      stranger: await put('issues', {}, 'elsewhere'),
    };
    const using = deps();
    await run(await due(), using);
    expect(await row(cases.issues)).toMatchObject({
      status: 'applied',
      outcome: 'about issues; 1 updated',
      record_id: recordId,
      attempts: 1,
      next_attempt_at: null,
    });
    expect(await row(cases.ping)).toMatchObject({ status: 'applied', outcome: 'about ping' });
    expect(await row(cases.unknown)).toMatchObject({ status: 'ignored', outcome: 'about watch' });
    expect(await row(cases.refetch)).toMatchObject({ status: 'applied' });
    expect(using.refetched).toEqual(['9']);
    expect(await row(cases.stranger)).toMatchObject({
      status: 'ignored',
      outcome: 'There is no connector elsewhere here.',
    });
    const log = (await row(cases.issues))['attempt_log'] as JsonObject[];
    expect(log).toEqual([
      expect.objectContaining({ outcome: 'applied', message: 'about issues; 1 updated' }),
    ]);
  });

  it('makes lists of the service old that it changed, and those alone', async () => {
    await inbox.admin`delete from private.cache_marks`;
    await put('label');
    await put('issues');
    await run(await due(), deps());
    const marks = await inbox.admin`
      select workspace_id, tag from private.cache_marks order by tag`;
    expect([...marks]).toEqual([
      { workspace_id: inbox.workspaceId, tag: `lookup:${inbox.connectionId}:labels` },
      { workspace_id: inbox.workspaceId, tag: `scopes:${inbox.connectionId}` },
    ]);
  });

  it('writes the event and its effects together or not at all', async () => {
    const id = await put('issues');
    const using = deps({
      apply: async (tx) => {
        await tx`update public.connections set account_name = 'half done' where id = ${inbox.connectionId}`;
        throw new HubError('records.field_invalid', 'The title is too long.');
      },
    });
    await run(await due(), using);
    expect(await row(id)).toMatchObject({ status: 'failed', outcome: 'The title is too long.' });
    const [connection] = await inbox.admin`
      select account_name from public.connections where id = ${inbox.connectionId}`;
    expect(connection?.['account_name']).toBe('mara');
  });

  it('a poison event dies after six attempts, has its object read again, and delays no other', async () => {
    const poison = await put('issues', { issue: 77 });
    const using = deps({
      apply: async (_tx, _target, events) => {
        if (events.some(({ objects }) => objects[0]?.externalId === '77')) {
          throw new TypeError('cannot read this');
        }
        return events.map(() => ({ kind: 'applied', summary: 'fine', recordIds: [] }));
      },
    });
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const healthy = await put('issues', { issue: attempt });
      await run(await due(), using);
      expect(await row(healthy)).toMatchObject({ status: 'applied' });
      expect(await row(poison)).toMatchObject({
        attempts: attempt,
        status: attempt < 6 ? 'failed' : 'dead',
      });
      if (attempt < 6) await makeDue();
    }
    expect(using.refetched).toEqual(['77']);
    const log = (await row(poison))['attempt_log'] as JsonObject[];
    expect(log.map(({ outcome }) => outcome)).toEqual(['dead', ...Array<string>(5).fill('failed')]);
    await makeDue();
    expect(await due()).toEqual([]);
  });

  it('a burst is one transaction, and what one of them fails with is its own', async () => {
    const ids: string[] = [];
    for (let issue = 0; issue < 12; issue += 1) ids.push(await put('issues', { issue }));
    const calls: number[] = [];
    const using = deps({
      apply: async (tx, _target, events) => {
        calls.push(events.length);
        await tx`update public.connections set account_name = account_name || 'x' where id = ${inbox.connectionId}`;
        if (events.some(({ eventId }) => eventId === ids[5])) throw new Error('not this one');
        return events.map(() => ({ kind: 'applied', summary: 'fine', recordIds: [] }));
      },
    });
    await run(await due(), using);
    expect(calls).toEqual([12, ...Array<number>(12).fill(1)]);
    const [connection] = await inbox.admin`
      update public.connections set account_name = 'mara' where id = ${inbox.connectionId}
      returning (select account_name from public.connections where id = ${inbox.connectionId}) as before`;
    expect(connection?.['before']).toBe(`mara${'x'.repeat(11)}`);
    const rows = await inbox.admin`select id, status, attempts from public.inbox_events`;
    for (const { id, status, attempts } of rows) {
      expect({ status, attempts }).toEqual({
        status: id === ids[5] ? 'failed' : 'applied',
        attempts: 1,
      });
    }
  });

  it('a parser that throws fails its event alone', async () => {
    const broken = await put('issues', { crash: true });
    const healthy = await put('issues');
    await run(await due(), deps());
    expect(await row(broken)).toMatchObject({
      status: 'failed',
      outcome: 'Error: the parser broke',
    });
    expect(await row(healthy)).toMatchObject({ status: 'applied' });
  });

  it('a failure whose reason cannot be stored is settled all the same', async () => {
    const reason = `it quotes \u0000 and ${'x'.repeat(378)}😀 cut in two`;
    const id = await put('issues');
    await run(
      await due(),
      deps({ apply: () => Promise.reject(new HubError('webhooks.event_invalid', reason)) }),
    );
    expect(await row(id)).toMatchObject({ status: 'failed', attempts: 1 });
  });

  it('applies once though two workers have the same job', async () => {
    for (let count = 0; count < 15; count += 1) await put('issues', { issue: count });
    let applied = 0;
    const using = deps({
      apply: async (tx, _target, events) => {
        await tx`select pg_sleep(0.005)`;
        applied += events.length;
        return events.map(() => ({ kind: 'applied', summary: 'once', recordIds: [] }));
      },
    });
    const jobs = await due();
    await Promise.all([run(jobs, using), run(jobs, using), run(jobs, using)]);
    expect(applied).toBe(15);
    const left =
      await inbox.admin`select 1 from public.inbox_events where status <> 'applied' or attempts <> 1`;
    expect(left).toHaveLength(0);
  });

  it('outlasts a database that drops its connections', async () => {
    const id = await put('issues');
    let cuts = 0;
    const using = deps({
      apply: async (tx) => {
        cuts += 1;
        if (cuts <= 2) await tx`select pg_terminate_backend(pg_backend_pid())`;
        return [{ kind: 'applied', summary: 'after all', recordIds: [] }];
      },
    });
    const faults = await withDriverFaults(async () => run(await due(), using));
    expect(await row(id)).toMatchObject({ status: 'applied', attempts: 1 });
    expect(faults).toBe(2);
  });
});
