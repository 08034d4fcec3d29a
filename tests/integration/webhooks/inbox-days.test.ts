import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, systemClock } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import { cleanInbox, enqueueDueInbox, foldInboxCounts, type Receiver } from '#lib/webhooks/index';
import { signed } from './bad-requests.ts';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';

const dayMs = 86_400_000;
const retention = { eventDays: 30, dedupeDays: 45 };

let inbox: InboxFixture;
beforeAll(async () => {
  inbox = await inboxFixture();
});
afterAll(() => inbox.close());
beforeEach(async () => {
  const days = await partitions();
  for (const day of days) await inbox.admin.unsafe(`drop table private.${day}`);
  await inbox.admin`truncate public.inbox_events, private.dedupe_keys, private.inbox_deltas, public.inbox_counts`;
});

const partitions = async (): Promise<string[]> => {
  const rows = await inbox.admin<{ name: string }[]>`
    select relname as name from pg_class
    where relname ~ '^inbox_events_[0-9]{8}$' and relnamespace = 'private'::regnamespace order by 1`;
  return rows.map(({ name }) => name);
};
const dayOf = (ms: number): string =>
  `inbox_events_${new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')}`;

/** An id of that moment, whatever other ids this process has made. */
const idAt = (ms: number): string => {
  const hex = Math.floor(ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`;
};

async function put(ms: number, status = 'applied', id = idAt(ms)): Promise<string> {
  await inbox.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict, status, received_at)
    values (${id}, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github', 'issues',
      ${id}, '{}', '{}', 'verified', ${status}, ${new Date(ms).toISOString()})`;
  return id;
}
const placeOf = async (id: string): Promise<string | undefined> => {
  const [row] = await inbox.admin<{ place: string }[]>`
    select tableoid::regclass::text as place from public.inbox_events where id = ${id}`;
  return row?.place;
};

describe('days of the inbox', () => {
  it('are made ahead, and what came before its day was made moves into it', async () => {
    const now = Date.now();
    const early = await put(now);
    const old = await put(now - 3 * dayMs);
    expect(await placeOf(early)).toBe('private.inbox_events_default');
    await cleanInbox(inbox.worker, retention);
    const days = await partitions();
    expect(days).toEqual([
      dayOf(now - 3 * dayMs),
      ...Array.from({ length: 8 }, (_, ahead) => dayOf(now + ahead * dayMs)),
    ]);
    expect(await placeOf(early)).toBe(`private.${dayOf(now)}`);
    expect(await placeOf(old)).toBe(`private.${dayOf(now - 3 * dayMs)}`);
    expect(await placeOf(await put(now))).toBe(`private.${dayOf(now)}`);
    await cleanInbox(inbox.worker, retention);
    expect(await partitions()).toEqual(days);
  });

  it('are dropped whole after the retention, unless an event of theirs is still to be applied', async () => {
    const now = Date.now();
    await put(now - 40 * dayMs);
    const open = await put(now - 35 * dayMs, 'failed');
    const kept = await put(now - 29 * dayMs);
    await cleanInbox(inbox.worker, retention);
    const names = await partitions();
    expect(names.slice(0, 2)).toEqual([dayOf(now - 35 * dayMs), dayOf(now - 29 * dayMs)]);
    expect(await placeOf(open)).toBe(`private.${dayOf(now - 35 * dayMs)}`);
    await inbox.admin`update public.inbox_events set status = 'dead' where id = ${open}`;
    await cleanInbox(inbox.worker, retention);
    expect(await partitions()).not.toContain(dayOf(now - 35 * dayMs));
    expect(await placeOf(kept)).toBeDefined();
  });

  it('a day that is held by a reader is dropped by a later call and stops nobody', async () => {
    const now = Date.now();
    const old = await put(now - 40 * dayMs);
    await inbox.admin`select private.make_inbox_days(1)`;
    await transaction(inbox.web, async (tx) => {
      await tx`select 1 from public.webhook_endpoints`;
      await tx`insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector,
          event, delivery_id, headers, body, verdict)
        values (${newId()}, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github',
          'issues', 'x', '{}', '{}', 'verified')`;
      await cleanInbox(inbox.worker, retention);
      expect(await partitions()).toContain(dayOf(now - 40 * dayMs));
    });
    await cleanInbox(inbox.worker, retention);
    expect(await placeOf(old)).toBeUndefined();
  });

  it('are kept when somebody has an event of theirs applied again at that moment', async () => {
    const again = await put(Date.now() - 40 * dayMs);
    await inbox.admin`select private.make_inbox_days(1)`;
    let dropping: Promise<unknown> = Promise.resolve();
    let hasEnded = false;
    await transaction(inbox.worker, async (tx) => {
      await tx`update public.inbox_events set status = 'pending' where id = ${again}`;
      dropping = inbox.worker`select private.drop_inbox_days(30)`.then(() => {
        hasEnded = true;
      });
      // It may also have given up waiting already.
      for (let waits = 0; waits === 0 && !hasEnded; ) {
        const [row] = await inbox.admin<{ waits: number }[]>`
          select count(*)::int as waits from pg_stat_activity
          where wait_event_type = 'Lock' and query like '%drop_inbox_days(30)%'`;
        waits = row?.waits ?? 0;
      }
    });
    await dropping;
    expect(await placeOf(again)).toBe(`private.${dayOf(Date.now() - 40 * dayMs)}`);
  });

  it('are asked by index whether something of theirs is still to be applied', async () => {
    const at = Date.now() - 50 * dayMs;
    const open = await put(at, 'failed');
    await inbox.admin`select private.make_inbox_days(1)`;
    await inbox.admin`insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id,
        connector, event, delivery_id, headers, body, verdict, status, received_at)
      select private.first_id_at(received_at + n * interval '1 millisecond'), workspace_id,
        connection_id, endpoint_id, connector, event, 'd' || n, headers, body, verdict, 'applied', received_at
      from public.inbox_events, generate_series(1, 3000) n where id = ${open}`;
    const day = `private.${dayOf(at)}`;
    await inbox.admin.unsafe(`analyze ${day}`);
    await inbox.admin.begin(async (tx) => {
      const scans = () => tx<{ whole: string; indexed: string }[]>`
        select pg_stat_get_xact_numscans(${day}::regclass) as whole,
          (select sum(pg_stat_get_xact_numscans(indexrelid)) from pg_index
            where indrelid = ${day}::regclass) as indexed`;
      const [before] = await scans();
      await tx`select private.drop_inbox_days(30)`;
      const [after] = await scans();
      expect(after?.whole).toBe(before?.whole);
      expect(Number(after?.indexed)).toBeGreaterThan(Number(before?.indexed));
    });
    expect(await placeOf(open)).toBe(day);
    await inbox.admin`delete from public.inbox_events where id = ${open}`;
    await cleanInbox(inbox.worker, retention);
    expect(await partitions()).not.toContain(dayOf(at));
  });

  it('are made by a later call while somebody reads all of them', async () => {
    await transaction(inbox.worker, async (tx) => {
      await tx`select count(*) from public.inbox_events`;
      await cleanInbox(inbox.worker, retention);
      expect(await partitions()).toEqual([]);
    });
    await cleanInbox(inbox.worker, retention);
    expect(await partitions()).toHaveLength(8);
  });

  it('an id by chance stays in the default partition and goes by its age', async () => {
    const stray = await put(Date.now() - 40 * dayMs, 'applied', crypto.randomUUID());
    await cleanInbox(inbox.worker, retention);
    expect(await placeOf(stray)).toBeUndefined();
  });

  it('are not read for rows that belong to none', async () => {
    await cleanInbox(inbox.worker, retention);
    const stray = await put(
      Date.now() - 40 * dayMs,
      'applied',
      'ffffffff-ffff-4fff-8fff-ffffffffffff',
    );
    await inbox.admin.begin(async (tx) => {
      await tx.unsafe(`lock table private.${dayOf(Date.now())} in access exclusive mode`);
      await cleanInbox(inbox.worker, retention);
    });
    expect(await placeOf(stray)).toBeUndefined();
  });

  it('one id is looked for in one day only', async () => {
    const id = await put(Date.now());
    await cleanInbox(inbox.worker, retention);
    const plan = await inbox.admin.unsafe(
      `explain (format json) select 1 from public.inbox_events where id = '${id}'`,
    );
    const text = JSON.stringify(plan);
    expect(text).toContain(dayOf(Date.now()));
    expect(text.match(/Index (Only )?Scan/g)).toHaveLength(1);
  });

  it('nobody reaches a day past its parent', async () => {
    await put(Date.now());
    await cleanInbox(inbox.worker, retention);
    for (const db of [inbox.web, inbox.worker]) {
      await expect(db.unsafe(`select 1 from private.${dayOf(Date.now())}`)).rejects.toMatchObject({
        code: '42501',
      });
    }
  });

  it('due events of all days are leased, oldest first', async () => {
    const now = Date.now();
    const ids = [await put(now - 2 * dayMs, 'pending'), await put(now, 'pending')];
    await cleanInbox(inbox.worker, retention);
    const sent: unknown[] = [];
    await transaction(inbox.worker, (tx) =>
      enqueueDueInbox(
        tx,
        { send: async (_tx, _name, jobs) => void sent.push(...jobs.map(({ payload }) => payload)) },
        10,
      ),
    );
    expect(sent).toEqual([{ workspace_id: inbox.workspaceId, ids }]);
  });
});

describe('a duplicate', () => {
  const post = (receiver: Receiver, sent: ReturnType<typeof signed>) =>
    receiver.receive({
      method: 'POST',
      connector: 'github',
      endpointId: inbox.endpointId,
      headers: Object.fromEntries(
        Object.entries(sent.headers).map(([name, value]) => [name, [value]]),
      ),
      body: (async function* bytes() {
        yield Buffer.from(sent.body);
      })(),
    });

  it('is one after 75 hours, and after its event has gone with its day', async () => {
    const receiver = inbox.receiver();
    const sent = signed(inbox.secret);
    expect(JSON.parse((await post(receiver, sent)).body)).toMatchObject({ status: 'accepted' });
    await inbox.admin`update private.dedupe_keys set seen_at = now() - interval '75 hours'`;
    await cleanInbox(inbox.worker, retention);
    expect(JSON.parse((await post(receiver, sent)).body)).toEqual({ status: 'duplicate' });
    await inbox.admin`update private.dedupe_keys set seen_at = now() - interval '44 days'`;
    await inbox.admin`delete from public.inbox_events`;
    await cleanInbox(inbox.worker, retention);
    expect(JSON.parse((await post(receiver, sent)).body)).toEqual({ status: 'duplicate' });
    const later = inbox.receiver({
      clock: { ...systemClock, now: () => Date.now() + 75 * 3_600_000 },
    });
    expect(JSON.parse((await post(later, sent)).body)).toEqual({ status: 'duplicate' });
    await inbox.admin`update private.dedupe_keys set seen_at = now() - interval '46 days'`;
    await cleanInbox(inbox.worker, retention);
    expect(await inbox.admin`select 1 from private.dedupe_keys`).toHaveLength(0);
    await Promise.all([receiver.close(), later.close()]);
  });
});

describe('counts by status', () => {
  const counted = async () =>
    inbox.admin`select status, reason, count::int from public.inbox_counts order by status, reason`;

  it('follow every statement exactly, folded or not, and go with their day', async () => {
    const now = Date.now();
    const ids = [await put(now, 'pending'), await put(now, 'pending'), await put(now, 'applied')];
    await inbox.admin`update public.inbox_events set status = 'dead', reason = 'internal.unexpected' where id = ${ids[0] ?? ''}`;
    await inbox.admin`delete from public.inbox_events where id = ${ids[1] ?? ''}`;
    expect(await foldInboxCounts(inbox.worker)).toBe(false);
    expect(await counted()).toEqual([
      { status: 'applied', reason: '', count: 1 },
      { status: 'dead', reason: 'internal.unexpected', count: 1 },
    ]);
    await put(now - 40 * dayMs);
    await foldInboxCounts(inbox.worker);
    await cleanInbox(inbox.worker, retention);
    await foldInboxCounts(inbox.worker);
    expect(await counted()).toHaveLength(2);
  });

  it('a workspace that is deleted takes its counts along', async () => {
    const other = await inbox.addEndpoint();
    const id = newId();
    await inbox.admin`
      insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
        delivery_id, headers, body, verdict)
      values (${id}, ${other.workspaceId}, ${other.connectionId}, ${other.endpointId}, 'github', 'issues',
        ${id}, '{}', '{}', 'verified')`;
    await inbox.admin`delete from public.workspaces where id = ${other.workspaceId}`;
    await foldInboxCounts(inbox.worker);
    expect(await counted()).toEqual([]);
  });
});
