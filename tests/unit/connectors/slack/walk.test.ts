import { describe, expect, it } from 'vitest';
import { slackApi } from '#lib/connectors/slack/api';
import type { JsonObject } from '#lib/core/index';
import { fakeContext, inOrder, type Reply } from '#tests/fixtures/connectors/fake-context';
import { channel, messageJson, scope } from '#tests/fixtures/slack/objects';

const second = 1_700_000_000;
const headers = { date: new Date(second * 1_000).toUTCString() };
const context = (...replies: Reply[]) => fakeContext(slackApi, inOrder(...replies));
const page = (messages: unknown[], next: string | null = null): Reply => ({
  headers,
  json: {
    ok: true,
    messages,
    has_more: next !== null,
    ...(next === null ? {} : { response_metadata: { next_cursor: next } }),
  },
});
const refusal = (error: string): Reply => ({ headers, json: { ok: false, error } });
const at = (n: number, more: object = {}) =>
  messageJson({ ts: `${1_600_000_000 + n}.000000`, ...more });
const idsOf = (objects: { externalId: string }[]) =>
  objects.map(({ externalId }) => externalId.replace(`${channel}:1600000`, ''));

/** All pages, each mark passed through JSON as it is kept. */
async function walk(ctx: ReturnType<typeof context>) {
  const pages = [];
  let from: JsonObject | null = null;
  do {
    const got = await slackApi.backfill(ctx, 'messages', scope, from);
    pages.push(got);
    from = JSON.parse(JSON.stringify(got.next)) as JsonObject | null;
  } while (from !== null);
  return pages;
}

describe('reading everything', () => {
  it('turns the pages and reads each thread behind its page', async () => {
    const first = at(3, { reply_count: 2, thread_ts: at(3).ts });
    const reply = (n: number) => at(n, { thread_ts: first.ts });
    const ctx = context(
      page([at(9), first], 'next-1'),
      page([first, reply(4)], 'reply-1'),
      page([first, reply(5)]),
      page([at(1)]),
    );
    const pages = await walk(ctx);
    expect(idsOf(pages.flatMap(({ objects }) => objects))).toEqual([
      '009.000000',
      '003.000000',
      '004.000000',
      '005.000000',
      '001.000000',
    ]);
    expect(pages[0]?.cursor).toEqual({ since: second });
    expect(ctx.requests.map(({ path, query }) => [path, query?.['ts'], query?.['cursor']])).toEqual(
      [
        ['/conversations.history', undefined, undefined],
        ['/conversations.replies', first.ts, undefined],
        ['/conversations.replies', first.ts, 'reply-1'],
        ['/conversations.history', undefined, 'next-1'],
      ],
    );
  });

  it('goes on by time when its cursor has ended', async () => {
    const ctx = context(page([at(9)], 'old'), refusal('invalid_cursor'), page([at(1)]));
    expect((await walk(ctx)).flatMap(({ objects }) => objects)).toHaveLength(2);
    expect(ctx.requests[2]?.query).toMatchObject({ latest: at(9).ts });
    expect(ctx.requests[2]?.query).not.toHaveProperty('cursor');
  });

  it('a thread that is gone meanwhile has nothing left', async () => {
    const first = at(3, { reply_count: 1 });
    const ctx = context(page([first], 'next-1'), refusal('thread_not_found'), page([at(1)]));
    expect((await walk(ctx)).flatMap(({ objects }) => objects)).toHaveLength(2);
  });

  it('one message that cannot be read costs the others nothing', async () => {
    const [got] = await walk(context(page([at(2), { ts: at(1).ts, user: 7 }, null])));
    expect(got?.objects).toHaveLength(1);
    expect(got?.faults.map(({ externalId }) => externalId)).toEqual([
      `${channel}:${at(1).ts}`,
      null,
    ]);
  });

  it('leaves Slack’s own notices out', async () => {
    const [got] = await walk(context(page([at(2), at(1, { subtype: 'channel_join' })])));
    expect(got).toMatchObject({ faults: [] });
    expect(got?.objects).toHaveLength(1);
  });

  it('a channel that cannot be read is an error', async () => {
    const read = slackApi.backfill(context(refusal('not_in_channel')), 'messages', scope, null);
    await expect(read).rejects.toMatchObject({ code: 'provider.forbidden' });
  });

  it('does not turn in circles', async () => {
    const ctx = context(page([at(9)], 'same'), page([at(8)], 'same'));
    await expect(walk(ctx)).rejects.toMatchObject({ code: 'provider.bad_answer' });
  });
});

describe('asking what is new', () => {
  it('looks back an hour, for edits, and moves behind the last page only', async () => {
    const ctx = context(page([at(9)], 'next-1'), page([at(8)]));
    const first = await slackApi.poll(ctx, 'messages', scope, { since: second - 30 });
    expect(first).toMatchObject({
      hasMore: true,
      cursor: { since: second - 30, cursor: 'next-1', startedAt: second },
    });
    const last = await slackApi.poll(ctx, 'messages', scope, first.cursor);
    expect(last).toMatchObject({ hasMore: false, cursor: { since: second } });
    expect(ctx.requests.map(({ query }) => query?.['oldest'])).toEqual([
      `${second - 3_630}.000000`,
      `${second - 3_630}.000000`,
    ]);
  });

  it('begins anew where its place in the list has ended', async () => {
    const ctx = context(refusal('invalid_cursor'), page([at(9)]));
    const place = { since: second - 30, cursor: 'old', startedAt: second - 20 };
    const got = await slackApi.poll(ctx, 'messages', scope, place);
    expect(got).toMatchObject({ hasMore: false, cursor: { since: second - 20 } });
    expect(got.objects).toHaveLength(1);
    expect(ctx.requests[1]?.query).toMatchObject({ oldest: `${second - 3_630}.000000` });
  });

  it('whole messages have no reactions and no edit where none are shown', async () => {
    const { objects } = await slackApi.poll(context(page([at(1)])), 'messages', scope, {
      since: second,
    });
    expect(objects[0]?.fields).toMatchObject({
      reactions: [],
      edited_at: null,
      url: `https://northwind.slack.com/archives/${channel}/p1600000001000000`,
    });
  });

  it('counts a reaction once for each person', async () => {
    const reactions = [
      { name: 'eyes', count: 2, users: ['U1', 'U2'] },
      { name: 'tada', count: 1, users: ['U1'] },
    ];
    const ctx = context(page([at(1, { reactions })]));
    const { objects } = await slackApi.poll(ctx, 'messages', scope, { since: second });
    expect(objects[0]?.fields['reactions']).toEqual(['eyes:U1', 'eyes:U2', 'tada:U1']);
  });
});
