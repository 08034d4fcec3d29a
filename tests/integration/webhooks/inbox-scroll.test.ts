import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser, type Claims } from '#lib/db/index';
import { cleanInbox, type InboxQuery, listInboxEvents } from '#lib/webhooks/index';
import { type InboxPage, inboxPageSchema } from '#lib/webhooks/schema';
import { isLong } from '../../setup/is-long.ts';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';
import { person } from './people.ts';

const events = isLong ? 100_000 : 25_000;
const dayMs = 86_400_000;
const days = 5;

let inbox: InboxFixture;
let viewer: Claims;
let all: string[];

beforeAll(async () => {
  inbox = await inboxFixture();
  viewer = await person(inbox, inbox.workspaceId, 'owner');
  // Spread over five days; every thousandth is dead, every third a push, the oldest has a name of its own.
  const rows = await inbox.admin<{ id: string }[]>`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict, status, reason, next_attempt_at)
    select (lpad(to_hex((${Date.now() - days * dayMs}::bigint + n * ${Math.floor((days * dayMs) / events)}::bigint)), 12, '0')
        || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
      ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github',
      case when n % 3 = 0 then 'push' else 'issues' end,
      case when n = 1 then 'The-Oldest-One' else n::text end, '{}', '{}', 'verified',
      case when n % 1000 = 0 then 'dead' else 'applied' end,
      case when n % 1000 = 0 then 'internal.unexpected' end, null
    from generate_series(1, ${events}) n returning id`;
  all = rows.map(({ id }) => id).toReversed();
  await cleanInbox(inbox.worker, { eventDays: 30, dedupeDays: 45 });
  await inbox.admin`analyze public.inbox_events`;
});
afterAll(() => inbox.close());

const list = (query: Omit<InboxQuery, 'workspaceId'>): Promise<InboxPage> =>
  asUser(inbox.web, viewer, async (tx) =>
    inboxPageSchema.parse(
      await listInboxEvents(tx, { workspaceId: inbox.workspaceId, limit: 200, ...query }),
    ),
  );
const idsOf = (page: InboxPage) => page.data.map(({ id }) => id);

/** Every id from a filter's first page to its last, and how many requests that took. */
async function walk(filter: InboxQuery['filter']): Promise<{ ids: string[]; requests: number }> {
  const ids: string[] = [];
  let cursor: string | null = null;
  let requests = 0;
  do {
    const page: InboxPage = await list({ filter, ...(cursor === null ? {} : { cursor }) });
    ids.push(...idsOf(page));
    cursor = page.next_cursor;
    requests += 1;
  } while (cursor !== null);
  return { ids, requests };
}

describe('a long inbox', () => {
  it('is walked to its end without gap or repetition, across days', async () => {
    expect(await walk(undefined)).toEqual({ ids: all, requests: Math.ceil(events / 200) });
  });

  it('is walked back from any place to the newest', async () => {
    const first = await list({});
    const second = await list({ cursor: first.next_cursor ?? '' });
    const third = await list({ cursor: second.next_cursor ?? '' });
    const back = await list({ after: third.prev_cursor ?? '' });
    expect(idsOf(back)).toEqual(idsOf(second));
    const again = await list({ after: back.prev_cursor ?? '' });
    expect(idsOf(again)).toEqual(idsOf(first));
    const none = await list({ after: again.prev_cursor ?? '' });
    expect(none).toEqual({ data: [], next_cursor: null, prev_cursor: again.prev_cursor });
    expect(idsOf(await list({ cursor: back.next_cursor ?? '' }))).toEqual(idsOf(third));
  });

  it('shows what has come since by the same cursor', async () => {
    const { prev_cursor } = await list({ limit: 1 });
    const id = newId();
    await inbox.admin`
      insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
        delivery_id, headers, body, verdict)
      values (${id}, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github', 'issues',
        'fresh', '{}', '{}', 'verified')`;
    expect(idsOf(await list({ after: prev_cursor ?? '' }))).toEqual([id]);
    await inbox.admin`delete from public.inbox_events where id = ${id}`;
  });

  it('refuses both directions at once, and a cursor of another list', async () => {
    const { next_cursor } = await list({ limit: 1 });
    const cursor = next_cursor ?? '';
    await expect(list({ cursor, after: cursor })).rejects.toMatchObject({
      code: 'request.invalid',
      details: { errors: [{ field: 'after' }] },
    });
    await expect(list({ after: 'nonsense' })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  it('finds the rare ones by status and reason', async () => {
    const dead = await walk({ status: 'dead', reason: 'internal.unexpected' });
    expect(dead.ids).toHaveLength(events / 1_000);
    expect(dead.requests).toBe(1);
  });

  it('looks for a text in bounded steps, each of which says where to go on', async () => {
    const found = await walk({ text: 'oldest-one' });
    expect(found.ids).toEqual([all.at(-1)]);
    expect(found.requests).toBeGreaterThanOrEqual(2);
    expect(found.requests).toBeLessThanOrEqual(Math.ceil(events / 20_000) + 1);
    expect((await walk({ text: 'no such thing' })).ids).toEqual([]);
  });

  it('bounds by time, event and verdict', async () => {
    const from = new Date(Date.now() - 2 * dayMs).toISOString();
    const to = new Date(Date.now() - dayMs).toISOString();
    const between = await walk({ from, to });
    expect(Math.abs(between.ids.length - events / days)).toBeLessThanOrEqual(2);
    const pushes = await walk({ from, to, event: 'push' });
    expect(Math.abs(pushes.ids.length - between.ids.length / 3)).toBeLessThanOrEqual(1);
    expect((await walk({ from, verdict: 'unverified' })).ids).toEqual([]);
    expect((await walk({ from, connector: 'stripe' })).ids).toEqual([]);
  });

  it('reads no more rows for a page in the middle than the page holds', async () => {
    const middle = all[Math.floor(events / 2)] ?? '';
    const plan = await inbox.admin.unsafe(`
      explain (analyze, format json) select id from public.inbox_events e
      where e.workspace_id = '${inbox.workspaceId}' and e.id < '${middle}' order by e.id desc limit 201`);
    const read = [...JSON.stringify(plan).matchAll(/"Actual Rows":(\d+)/g)].map(([, rows]) =>
      Number(rows),
    );
    expect(Math.max(...read)).toBeLessThanOrEqual(201);
  });
});
