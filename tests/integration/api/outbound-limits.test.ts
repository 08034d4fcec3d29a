import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { limitsSchema } from '#lib/resilience/schema';
import { type Person, ask as send, startWeb, type WebFixture } from './web-fixture.ts';

let web: WebFixture;
let owner: Person;
let workspaceId: string;

beforeAll(async () => {
  web = await startWeb();
  owner = await web.person('owner');
  workspaceId = await web.workspace('limits', [[owner, 'owner']]);
});
afterAll(() => web.close());

async function connection(name: string, status = 'active'): Promise<string> {
  const id = newId();
  await web.admin`
    insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
    values (${id}, ${workspaceId}, 'github', ${id}, ${name}, ${status})`;
  return id;
}

const ask = async () => {
  const query = { workspace_id: workspaceId };
  const answer = await send(web.api(), '/system/limits', { cookie: owner.cookie, query });
  expect(answer.status).toBe(200);
  return limitsSchema.parse(answer.json);
};

describe('the limits of a workspace', () => {
  it('are empty without a connection, and name the bounds of every call', async () => {
    expect(await ask()).toEqual({
      connections: [],
      bulkheads: [
        { name: 'urgent', lanes: ['edit', 'refetch'], at_once: 4, waiting: 200 },
        { name: 'background', lanes: ['poll', 'backfill'], at_once: 6, waiting: 200 },
      ],
      call: { timeout_ms: 15_000, attempts: 3 },
    });
  });

  it('show what all workers hold and wait for, and who is left alone first', async () => {
    const quiet = await connection('quiet');
    const busy = await connection('busy');
    const away = await connection('away');
    await connection('gone', 'disconnected');
    await web.admin`
      insert into public.connection_budgets (connection_id, workspace_id, tokens, per_second, burst, concurrent,
        filled_at, quota_limit, quota_remaining, quota_reset_at, quota_word, calls, calls_saved)
      values (${busy}, ${workspaceId}, 3, 10, 30, 100, now() - interval '1 hour', 5000, 4200,
        now() + interval '10 minutes', 'told', 812, 40)`;
    for (const [held, until] of [
      [4, '1 minute'],
      [2, '1 minute'],
      [9, '-1 minute'],
    ] as const) {
      await web.admin`
        insert into public.connection_budget_shares (connection_id, workspace_id, holder, epoch, held,
          waiting_edit, waiting_backfill, lease_until)
        values (${busy}, ${workspaceId}, ${newId()}, 1, ${held}, 1, 5, now() + ${until}::interval)`;
    }
    await web.admin`
      insert into public.connection_breakers (connection_id, workspace_id, state, faults, opens, opened_at,
        retry_at, cause_code, cause)
      values (${away}, ${workspaceId}, 'open', 6, 1, now(), now() + interval '1 minute', 'provider.timeout', 'No answer.')`;
    const { connections } = await ask();
    expect(connections.map((one) => one.id)).toEqual([away, busy, quiet]);
    expect(connections[0]).toMatchObject({
      budget: null,
      breaker: {
        state: 'open',
        since: expect.any(String),
        retry_at: expect.any(String),
        faults: 6,
        cause: { code: 'provider.timeout', message: 'No answer.' },
      },
    });
    expect(connections[1]).toMatchObject({
      breaker: { state: 'closed', since: null, cause: null },
      budget: {
        ready: 24,
        under_way: 6,
        quota: { limit: 5000, remaining: 4200, reset_at: expect.any(String) },
        paused_until: null,
        waiting: { edit: 2, refetch: 0, poll: 0, backfill: 10 },
        calls: 812,
        calls_saved: 40,
      },
    });
  });

  it('do not show a count that ended, or that nobody said', async () => {
    for (const [word, reset] of [
      ['told', '-1 second'],
      ['look', '1 minute'],
    ] as const) {
      await web.admin`
        update public.connection_budgets set quota_word = ${word}, quota_reset_at = now() + ${reset}::interval`;
      const { connections } = await ask();
      expect(connections.map((one) => one.budget?.quota ?? null)).toEqual([null, null, null]);
    }
  });

  it('make the hub degraded, not dead, while a service is left alone', async () => {
    expect(await web.hub.health()).toMatchObject({
      status: 'degraded',
      parts: [
        { name: 'database', status: 'ok' },
        { name: 'services', status: 'degraded', detail: 'one is left alone for a moment' },
      ],
    });
    await web.admin`delete from public.connection_breakers`;
    expect(await web.hub.health()).toMatchObject({ status: 'ok' });
  });
});
