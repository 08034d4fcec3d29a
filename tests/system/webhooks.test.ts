import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badRequests } from '../integration/webhooks/bad-requests.ts';
import { acknowledged, DeliveryWatch } from './deliveries.ts';
import { closeCase, editInGitHub, type HubCase, openLiveCase, untilEqual } from './hub-case.ts';
import { inconsistencies, openDatabase, postmasterPid } from './inside.ts';
import type { Kept } from './person.ts';
import { postWebhook } from './post-webhook.ts';
import { eventually, isAlive, until } from './waiting.ts';

const events = 1_000;
const ratePerSecond = 100;
/** A busy machine takes a hundred webhooks in a second and applies them later. */
const workDeadlineMs = 120_000;
/** Of a crash of PostgreSQL, all parts included; the aim is ten seconds on an idle machine. */
const recoveryDeadlineMs = 20_000;
/** Issues that are edited after the crash at most, from the one of that number on. */
const crashIssues = 40;

const refusals = [400, 401, 413, 415];

describe('webhooks into the running hub', () => {
  let world: HubCase & Kept;
  let sql: postgres.Sql;

  beforeAll(async () => {
    world = await openLiveCase();
    sql = await openDatabase(world.hub.stateDir);
  });
  afterAll(async () => {
    await sql.end();
    await closeCase(world);
  });

  const untilWorkDone = () =>
    until(
      'every event is processed',
      async () => {
        const [row] = await sql<{ open: number }[]>`
          select count(*)::int as open from public.inbox_events
          where status in ('pending', 'queued', 'failed')`;
        return row?.open === 0;
      },
      workDeadlineMs,
    );

  const untilDelivered = () =>
    until(
      'everything is delivered',
      async () => (await world.sandbox.status())['pendingDeliveries'] === 0,
      workDeadlineMs,
    );

  const storedDeliveries = async (): Promise<string[]> => {
    const rows = await sql<{ id: string }[]>`select delivery_id as id from public.inbox_events`;
    return rows.map(({ id }) => id);
  };

  it('loses none and takes none twice of 1,000 at 100 a second, doubled and shuffled', async () => {
    const { sandbox, person } = world;
    const watch = new DeliveryWatch(sandbox);
    watch.start();
    await sandbox.setFaults({
      deliveries: { duplicate: 0.1, reorder: 0.2, delay: 0.2, delayMs: 1_000, seed: 11 },
    });
    await sandbox.startActivity({ rate: ratePerSecond, count: events, seed: 11 });
    const activity = await eventually(
      'people are done',
      async () => {
        const state = await sandbox.activity();
        return state.running ? null : state;
      },
      workDeadlineMs,
    );
    await untilDelivered();
    const deliveries = await watch.stop();
    await sandbox.clearFaults();
    const deliveredAt = performance.now();
    await untilWorkDone();
    const seconds = (performance.now() - deliveredAt) / 1000;
    process.stdout.write(`all processed ${seconds.toFixed(1)} s after the last delivery\n`);

    const distinct = new Set(deliveries.map(({ guid }) => guid));
    expect(distinct.size).toBeGreaterThanOrEqual(events - activity.refused);
    expect(deliveries.length).toBeGreaterThan(distinct.size * 1.05);
    expect(deliveries.filter(({ status_code }) => status_code !== 200)).toEqual([]);
    const stored = await storedDeliveries();
    expect(stored).toHaveLength(new Set(stored).size);
    expect([...distinct].filter((guid) => !stored.includes(guid))).toEqual([]);
    await untilEqual({ person, sandbox });
    expect(await inconsistencies(sql)).toEqual([]);
  }, 420_000);

  it('refuses bad requests with a typed 4xx and stores nothing, while good ones pass', async () => {
    const { sandbox, hub } = world;
    const [endpoint] = await sql<{ id: string; workspace_id: string }[]>`
      select id, workspace_id from public.webhook_endpoints`;
    const before = await sql`select 1 from public.inbox_events`;
    const refusedBefore = await countRefusals(sql);
    const watch = new DeliveryWatch(sandbox);
    watch.start();
    await sandbox.startActivity({ rate: 20, seconds: 60, seed: 12 });
    for (const bad of badRequests) {
      const answer = await postWebhook(hub.origin, endpoint?.id ?? '', bad.make('not the secret'));
      // Signed with another secret, a request is refused for that or for what is worse about it.
      expect([bad.name, answer.status]).toEqual([
        bad.name,
        refusals.find((status) => status === answer.status),
      ]);
      expect([bad.name, answer.type]).toEqual([bad.name, 'application/problem+json']);
      expect(answer.json).toMatchObject({ status: answer.status });
    }
    await sandbox.stopActivity();
    await untilDelivered();
    const good = await watch.stop();
    const stored = await storedDeliveries();
    expect(good.filter(({ status_code }) => status_code !== 200)).toEqual([]);
    expect(good.filter(({ guid }) => !stored.includes(guid))).toEqual([]);
    const after = await sql<{ id: string }[]>`select delivery_id as id from public.inbox_events`;
    const wanted = new Set(good.map(({ guid }) => guid));
    expect(after.length - before.length).toBeLessThanOrEqual(wanted.size);
    await until(
      'the refusals are counted',
      async () => (await countRefusals(sql)) - refusedBefore >= badRequests.length - 1,
    );
    await untilWorkDone();
    await untilEqual(world);
  }, 420_000);

  it('goes on by itself after PostgreSQL was killed, with nothing acknowledged lost', async () => {
    const { sandbox, hub, person, streamId } = world;
    const { pids } = hub.runtime();
    const watch = new DeliveryWatch(sandbox);
    watch.start();
    await sandbox.startActivity({ rate: 20, seconds: 120, seed: 13 });
    await until('webhooks flow', async () => (await sandbox.activity()).done > 20);
    const pid = await postmasterPid(hub.stateDir);
    process.kill(pid, 'SIGKILL');
    const killedAt = performance.now();
    await until('PostgreSQL is gone', () => !isAlive(pid));
    let edits = 0;
    const askedEvery = 500;
    await until(
      'an edit made in GitHub after the crash is in the hub',
      async () => {
        // Each of another issue: what is shown does not depend on how many come through.
        const dueAt = killedAt + edits * askedEvery;
        if (performance.now() > dueAt && edits < crashIssues) {
          edits += 1;
          await editInGitHub(sandbox, crashIssues + edits, { title: `AfterTheCrash ${edits}` });
        }
        return hasTitle(world, 'AfterTheCrash');
      },
      recoveryDeadlineMs,
    );
    const seconds = (performance.now() - killedAt) / 1000;
    process.stdout.write(`live again ${seconds.toFixed(1)} s after PostgreSQL was killed\n`);
    await sandbox.stopActivity();
    await untilDelivered();
    const deliveries = await watch.stop();
    expect(hub.runtime().pids).toEqual(pids);
    expect(Object.values(pids).filter((one) => !isAlive(one))).toEqual([]);
    await untilWorkDone();
    const stored = new Set(await storedDeliveries());
    expect([...acknowledged(deliveries)].filter((guid) => !stored.has(guid))).toEqual([]);
    // GitHub tries a delivery once: what met a closed door is fetched by the next poll.
    await person.ask('POST', `/streams/${streamId}/runs`, { kind: 'poll' });
    await untilEqual(world, 60_000);
    expect(await inconsistencies(sql)).toEqual([]);
  }, 420_000);
});

async function hasTitle({ person }: HubCase, word: string): Promise<boolean> {
  const path = `/records?q=${encodeURIComponent(word)}`;
  const { data } = await person.ask<{ data: { data: Record<string, unknown> }[] }>('GET', path);
  return data.some((record) => String(record.data['title']).startsWith(word));
}

const countRefusals = async (sql: postgres.Sql): Promise<number> => {
  const [row] = await sql<{ sum: number }[]>`
    select coalesce(sum(count), 0)::int as sum from public.webhook_refusals`;
  return row?.sum ?? 0;
};
