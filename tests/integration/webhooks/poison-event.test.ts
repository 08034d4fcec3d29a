import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, systemClock } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { applyInboxEvents, enqueueDueInbox } from '#lib/webhooks/index';
import { type InboxFixture, inboxFixture, silent } from './inbox-fixture.ts';
import { plainParser } from './plain-parser.ts';

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());

async function put(payload: JsonObject): Promise<string> {
  const id = randomUUID();
  await inbox.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict)
    values (${id}, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github',
      'issues', ${id}, '{}', ${Buffer.from(JSON.stringify(payload))}, 'verified')`;
  return id;
}

const row = async (id: string) =>
  (await inbox.admin`select * from public.inbox_events where id = ${id}`)[0] ?? {};

/** Everything is due; the jobs that are made of it. */
async function dueAgain(): Promise<JsonObject[]> {
  const sent: { payload: JsonObject }[] = [];
  await inbox.admin`update public.inbox_events set next_attempt_at = now()`;
  await transaction(inbox.worker, (tx) =>
    enqueueDueInbox(tx, { send: async (_tx, _name, jobs) => void sent.push(...jobs) }, 100),
  );
  return sent.map(({ payload }) => payload);
}

describe('an event that kills its worker', () => {
  /** As a dead worker leaves it: the transaction is gone, and nobody says why. */
  function begin(payload: JsonObject, deaths: number): Promise<void> {
    const worker = new AbortController();
    const deps = {
      db: inbox.worker,
      findParser: () => plainParser,
      clock: systemClock,
      log: silent,
      ports: {
        apply: async (_tx: unknown, _target: unknown, events: readonly unknown[]) => {
          if (events.some((told) => JSON.stringify(told).includes('poison'))) {
            worker.abort();
            throw Object.assign(new Error('cut'), { code: 'CONNECTION_CLOSED' });
          }
          return events.map(() => ({ kind: 'applied' as const, summary: 'done', recordIds: [] }));
        },
        refetch: () => Promise.resolve(),
      },
    };
    return applyInboxEvents(deps, payload, worker.signal, deaths).catch(() => undefined);
  }

  it('is given up after its attempts, and costs the others of its job nothing', async () => {
    const poison = await put({ issue: 'poison' });
    const other = await put({ issue: 'good' });
    const isOver = async () => (await row(poison))['status'] === 'dead';
    for (let deaths = 0; deaths < 20 && !(await isOver()); deaths += 1) {
      for (const payload of await dueAgain()) await begin(payload, deaths);
    }
    expect(await row(poison)).toMatchObject({
      status: 'dead',
      reason: 'internal.worker_lost',
      attempts: 7,
    });
    expect(await row(other)).toMatchObject({ status: 'applied' });
  });
});
