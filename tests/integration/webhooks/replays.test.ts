import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser, type Claims, transaction } from '#lib/db/index';
import {
  cancelReplay,
  countInboxEvents,
  enqueueDueInbox,
  getReplay,
  listDeadLetters,
  listReplays,
  previewReplay,
  startReplay,
  workReplays,
} from '#lib/webhooks/index';
import {
  deadLetterGroupSchema,
  inboxCountsSchema,
  type Replay,
  type ReplaySelection,
  replaySchema,
} from '#lib/webhooks/schema';
import { type InboxFixture, inboxFixture } from './inbox-fixture.ts';
import { person } from './people.ts';

let inbox: InboxFixture;
let editor: Claims;
let viewer: Claims;
let stranger: Claims;

beforeAll(async () => {
  inbox = await inboxFixture();
  await person(inbox, inbox.workspaceId, 'owner');
  editor = await person(inbox, inbox.workspaceId, 'editor');
  viewer = await person(inbox, inbox.workspaceId, 'viewer');
  stranger = await person(inbox, (await inbox.addEndpoint()).workspaceId, 'owner');
});
afterAll(() => inbox.close());
beforeEach(
  () =>
    inbox.admin`truncate public.inbox_events, public.replays, private.inbox_deltas, public.inbox_counts`,
);

interface Put {
  event?: string;
  status?: string;
  reason?: string;
  parentId?: string;
}
async function put(count: number, put: Put = {}): Promise<string[]> {
  const ids = Array.from({ length: count }, () => newId());
  await inbox.admin`
    insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
      delivery_id, headers, body, verdict, status, reason, parent_id, next_attempt_at)
    select id, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github',
      ${put.event ?? 'issues'}, id::text, '{}', '{}', 'verified', ${put.status ?? 'applied'},
      ${put.reason ?? null}, ${put.parentId ?? null}, null
    from unnest(${ids}::uuid[]) id`;
  return ids;
}

const start = (selection: ReplaySelection, who = editor) =>
  asUser(inbox.web, who, (tx) =>
    startReplay(tx, { workspaceId: inbox.workspaceId, userId: who.userId }, selection),
  );
const preview = (selection: ReplaySelection) =>
  asUser(inbox.web, viewer, (tx) => previewReplay(tx, inbox.workspaceId, selection));
const look = (id: string): Promise<Replay> =>
  asUser(inbox.web, viewer, async (tx) => replaySchema.parse(await getReplay(tx, id)));

const waiting = async (): Promise<string[]> => {
  const rows = await inbox.admin<{ id: string }[]>`
    select id from public.inbox_events where status in ('pending', 'queued') order by id`;
  return rows.map(({ id }) => id);
};
const settleAll = () =>
  inbox.admin`update public.inbox_events set status = 'applied' where status in ('pending', 'queued')`;

/** Until the replay has ended; whatever it hands out is applied at once. */
async function finish(id: string): Promise<Replay> {
  for (;;) {
    await workReplays(inbox.worker);
    await settleAll();
    await inbox.admin`update public.replays set next_step_at = now()`;
    const replay = await look(id);
    if (replay.status === 'completed') return replay;
  }
}

describe('a replay', () => {
  it('of one workspace is not held up by what fails in another, nor by what rests in its own', async () => {
    const other = await inbox.addEndpoint();
    const theirs = await put(200, { status: 'failed' });
    await inbox.admin`
      update public.inbox_events set workspace_id = ${other.workspaceId}, replay_id = ${newId()}
      where id = any(${theirs}::uuid[])`;
    const own = await put(200, { status: 'failed' });
    await inbox.admin`
      update public.inbox_events set replay_id = ${newId()}, next_attempt_at = now() + interval '10 minutes'
      where id = any(${own}::uuid[])`;
    const ids = await put(3);
    const begun = await start({ ids });
    await workReplays(inbox.worker);
    expect(await look(begun.id)).toMatchObject({ taken: 3, waiting: 3 });
  });

  it('takes events that were chosen although the clock of whoever received them is ahead', async () => {
    const ids = await put(2);
    const ahead = ids.map((id) =>
      id.replace(/^[0-9a-f]{8}/, (high) =>
        (Number.parseInt(high, 16) + 2).toString(16).padStart(8, '0'),
      ),
    );
    for (const [index, id] of ids.entries()) {
      await inbox.admin`update public.inbox_events set id = ${ahead[index] ?? id} where id = ${id}`;
    }
    const begun = await start({ ids: ahead });
    await workReplays(inbox.worker);
    expect(await look(begun.id)).toMatchObject({ taken: 2, waiting: 2 });
  });

  it('takes what a filter names, oldest first, and says how far it is', async () => {
    const dead = await put(230, { status: 'dead', reason: 'internal.unexpected' });
    await put(5, { status: 'dead', reason: 'request.invalid' });
    await put(5);
    const selection = {
      filter: { status: 'dead', reason: 'internal.unexpected' },
    } as const;
    expect(await preview(selection)).toEqual({ count: 230, is_exact: true });
    const begun = await start(selection);
    expect(begun).toMatchObject({ status: 'pending', expected: 230, taken: 0 });
    expect(await workReplays(inbox.worker)).toBe(1);
    expect(await waiting()).toEqual(dead.slice(0, 100));
    expect(await look(begun.id)).toMatchObject({ status: 'running', taken: 100, waiting: 100 });
    await workReplays(inbox.worker);
    await workReplays(inbox.worker);
    expect((await waiting()).length).toBe(200);
    const ended = await finish(begun.id);
    expect(ended).toMatchObject({ taken: 230, waiting: 0, applied: 230, dead: 0 });
    expect(ended.finished_at).not.toBeNull();
    const [untouched] = await inbox.admin<{ count: number }[]>`
      select count(*)::int from public.inbox_events where replayed_at is null`;
    expect(untouched?.count).toBe(10);
  });

  it('takes a selection, and the parts of what came in one body', async () => {
    const [parent = ''] = await put(1, { status: 'split' });
    const parts = await put(3, { parentId: parent });
    const [one = ''] = await put(1);
    await put(4);
    const selection = { ids: [parent, one] };
    expect(await preview(selection)).toEqual({ count: 4, is_exact: true });
    const { id } = await start(selection);
    await workReplays(inbox.worker);
    expect(await waiting()).toEqual([...parts, one]);
    expect(await finish(id)).toMatchObject({ taken: 4, applied: 4 });
  });

  it('takes a range of time and nothing that arrives while it runs', async () => {
    await put(3);
    const from = new Date().toISOString();
    await expect.poll(() => Date.now() > Date.parse(from)).toBe(true);
    const ids = await put(3);
    const { id } = await start({ filter: { from } });
    await put(3);
    await finish(id);
    const replayed = await inbox.admin<{ id: string }[]>`
      select id from public.inbox_events where replay_id = ${id} order by id`;
    expect(replayed.map((row) => row.id)).toEqual(ids);
  });

  it('does not start where there is nothing to take, nor for those who may not', async () => {
    await expect(start({ filter: { status: 'dead' } })).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    await put(1);
    await expect(start({ filter: {} }, viewer)).rejects.toMatchObject({ code: '42501' });
    await expect(start({ filter: {} }, stranger)).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    const { id } = await start({ filter: {} });
    await expect(asUser(inbox.web, stranger, (tx) => getReplay(tx, id))).rejects.toMatchObject({
      code: 'resource.not_found',
    });
    await expect(asUser(inbox.web, viewer, (tx) => cancelReplay(tx, id))).rejects.toMatchObject({
      code: 'resource.conflict',
    });
  });

  it('can be cancelled, and then hands out nothing more', async () => {
    await put(150);
    const { id } = await start({ filter: {} });
    await workReplays(inbox.worker);
    const cancelled = await asUser(inbox.web, editor, (tx) => cancelReplay(tx, id));
    expect(cancelled).toMatchObject({ status: 'cancelled', taken: 100 });
    await workReplays(inbox.worker);
    expect(await waiting()).toHaveLength(100);
    await settleAll();
    await inbox.admin`update public.replays set next_step_at = now()`;
    await workReplays(inbox.worker);
    expect(await look(id)).toMatchObject({ status: 'cancelled', waiting: 0, applied: 100 });
    expect(await workReplays(inbox.worker)).toBe(0);
    await expect(asUser(inbox.web, editor, (tx) => cancelReplay(tx, id))).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    const page = await asUser(inbox.web, viewer, (tx) =>
      listReplays(tx, { workspaceId: inbox.workspaceId, beforeId: null, limit: 10 }),
    );
    expect(page.map((one) => one.id)).toEqual([id]);
  });

  it('leaves its turn to what has just come, and never holds it up', async () => {
    await put(150);
    await start({ filter: {} });
    await workReplays(inbox.worker);
    await workReplays(inbox.worker);
    const fresh = newId();
    await inbox.admin`
      insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
        delivery_id, headers, body, verdict)
      values (${fresh}, ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github',
        'issues', ${fresh}, '{}', '{}', 'verified')`;
    const jobs: string[][] = [];
    await transaction(inbox.worker, (tx) =>
      enqueueDueInbox(
        tx,
        {
          send: async (_tx, _name, sent) => {
            jobs.push(...sent.map(({ payload }) => payload['ids'] as string[]));
          },
        },
        200,
      ),
    );
    expect(jobs[0]).toEqual([fresh]);
    expect(jobs.flat()).toHaveLength(101);
  });

  it('two replays of two workers take turns, and no event is handed out twice by one', async () => {
    await put(180);
    const first = await start({ filter: {} });
    const second = await start({ filter: { event: 'issues' } });
    await Promise.all([workReplays(inbox.worker), workReplays(inbox.worker)]);
    expect((await look(first.id)).taken + (await look(second.id)).taken).toBeLessThanOrEqual(200);
    const [one, two] = await Promise.all([finish(first.id), finish(second.id)]);
    expect(one.taken).toBeLessThanOrEqual(180);
    expect(one.taken + two.taken).toBeGreaterThanOrEqual(180);
  });

  it('a preview counts to ten thousand and says that there are more', async () => {
    await inbox.admin`
      insert into public.inbox_events (id, workspace_id, connection_id, endpoint_id, connector, event,
        delivery_id, headers, body, verdict, status, next_attempt_at)
      select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - n), 12, '0') || '7000' || lpad(to_hex(n), 16, '0'))::uuid,
        ${inbox.workspaceId}, ${inbox.connectionId}, ${inbox.endpointId}, 'github', 'issues', n, '{}', '{}',
        'verified', 'applied', null from generate_series(1, 10001) n`;
    expect(await preview({ filter: {} })).toEqual({ count: 10_000, is_exact: false });
    expect(await preview({ filter: { text: '1000' } })).toEqual({ count: 3, is_exact: true });
  });
});

describe('dead letters', () => {
  it('stand by reason with their number and the latest one; all of a reason are replayed', async () => {
    await put(3, { status: 'dead', reason: 'database.23' });
    const [, last] = await put(2, { status: 'dead', reason: 'provider.refused' });
    await put(4);
    const groups = await asUser(inbox.web, viewer, (tx) => listDeadLetters(tx, inbox.workspaceId));
    expect(groups.map((group) => deadLetterGroupSchema.parse(group))).toMatchObject([
      { reason: 'database.23', count: 3 },
      { reason: 'provider.refused', count: 2, last: { id: last } },
    ]);
    expect(
      await asUser(inbox.web, stranger, (tx) => listDeadLetters(tx, inbox.workspaceId)),
    ).toEqual([]);
    const { id } = await start({ filter: { status: 'dead', reason: 'database.23' } });
    await finish(id);
    const counts = await asUser(inbox.web, viewer, (tx) => countInboxEvents(tx, inbox.workspaceId));
    expect(inboxCountsSchema.parse(counts)).toMatchObject({
      total: 9,
      by_status: { dead: 2, applied: 7, pending: 0 },
    });
  });
});
