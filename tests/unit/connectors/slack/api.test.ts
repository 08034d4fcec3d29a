import { describe, expect, it } from 'vitest';
import { slackApi } from '#lib/connectors/slack/api';
import type { JsonObject } from '#lib/core/index';
import { fakeContext, inOrder, type Reply } from '#tests/fixtures/connectors/fake-context';
import { channel, messageJson, scope, ts } from '#tests/fixtures/slack/objects';

const context = (...replies: Reply[]) => fakeContext(slackApi, inOrder(...replies));
const ok = (json: object): Reply => ({ json: { ok: true, ...json } });
const no = (error: string): Reply => ({ json: { ok: false, error } });
const identity = ok({
  team: 'Northwind',
  team_id: 'T123ABC456',
  url: 'https://northwind.slack.com/',
});
const ref = { externalId: `${channel}:${ts}`, externalKey: null, scope };

describe('the workspace', () => {
  it('is the account', async () => {
    expect(await slackApi.account(context(identity))).toEqual({
      id: 'T123ABC456',
      name: 'Northwind',
      url: 'https://northwind.slack.com/',
    });
    await expect(slackApi.account(context(ok({})))).rejects.toMatchObject({
      code: 'provider.bad_answer',
    });
  });

  it('offers its channels, those the app is in first, and never archived ones', async () => {
    const channels = [
      { id: 'C1', name: 'sales', is_member: false, topic: { value: 'Orders' } },
      { id: 'C2', name: 'general', is_member: true },
      { id: 'C3', name: 'old', is_member: true, is_archived: true },
      { id: 'nonsense' },
    ];
    const ctx = context(
      identity,
      ok({ channels: channels.slice(0, 1), response_metadata: { next_cursor: 'more' } }),
      ok({ channels: channels.slice(1), response_metadata: { next_cursor: '' } }),
    );
    const options = await slackApi.scopes(ctx, 'messages');
    expect(options).toMatchObject([
      {
        key: 'C2',
        title: '#general',
        canWrite: true,
        scope: { channel: 'C2', teamUrl: 'https://northwind.slack.com/' },
      },
      { key: 'C1', canWrite: false, detail: 'the app is not in it: invite it first · Orders' },
    ]);
    expect(ctx.requests[2]?.query).toMatchObject({ cursor: 'more' });
  });

  it('tells its people and channels by name', async () => {
    const members = [
      { id: 'U1', name: 'mara', real_name: 'Mara Lindqvist' },
      { id: 'U2', name: 'gone', deleted: true },
    ];
    expect(await slackApi.lookup(context(ok({ members })), 'users')).toEqual([
      { id: 'U1', name: 'mara', detail: 'Mara Lindqvist' },
    ]);
  });

  it('looks through every page for the channels it is in, and names these first', async () => {
    const page = (from: number, cursor: string) => {
      const channels = Array.from({ length: 500 }, (_, at) => ({
        id: `C${from + at}`,
        name: `channel-${from + at}`,
      }));
      return ok({ channels, response_metadata: { next_cursor: cursor } });
    };
    const last = [
      { id: 'C7000', name: 'sales', is_member: true, topic: { value: 'Orders' } },
      { id: 'C7001', name: 'general', is_member: true },
      { id: 'C7002', name: 'old', is_member: true, is_archived: true },
    ];
    const ctx = context(page(0, 'a'), page(500, 'b'), page(1_000, 'c'), ok({ channels: last }));
    const items = await slackApi.lookup(ctx, 'channels');
    expect(items.slice(0, 3)).toEqual([
      { id: 'C7001', name: '#general', detail: null },
      { id: 'C7000', name: '#sales', detail: 'Orders' },
      { id: 'C0', name: '#channel-0', detail: 'the app is not in it: invite it first' },
    ]);
    expect(items).toHaveLength(1_000);
    expect(items.some(({ id }) => id === 'C7002')).toBe(false);
  });

  it('does not ask for more than ten pages of channels', async () => {
    const more = ok({ channels: [], response_metadata: { next_cursor: 'more' } });
    const ctx = context(...Array.from({ length: 10 }, () => more));
    expect(await slackApi.lookup(ctx, 'channels')).toEqual([]);
    expect(ctx.requests).toHaveLength(10);
  });
});

describe('reading one', () => {
  it('asks for exactly that message', async () => {
    const ctx = context(ok({ messages: [messageJson()] }));
    expect(await slackApi.read(ctx, 'messages', ref)).toMatchObject({ externalId: ref.externalId });
    expect(ctx.requests[0]).toMatchObject({
      path: '/conversations.history',
      query: { channel, oldest: ts, latest: ts, inclusive: 'true', limit: 1 },
    });
  });

  it('finds a reply in its thread', async () => {
    const thread = '1355517520.000001';
    const reply = messageJson({ thread_ts: thread });
    const ctx = context(ok({ messages: [messageJson({ ts: thread, reply_count: 1 }), reply] }));
    const got = await slackApi.read(ctx, 'messages', { ...ref, externalKey: thread });
    expect(got?.fields).toMatchObject({ thread });
    expect(ctx.requests[0]?.path).toBe('/conversations.replies');
  });

  it('is gone when the channel does not show it, or its thread is gone', async () => {
    expect(await slackApi.read(context(ok({ messages: [] })), 'messages', ref)).toBeNull();
    const inThread = { ...ref, externalKey: '1355517520.000001' };
    expect(await slackApi.read(context(no('thread_not_found')), 'messages', inThread)).toBeNull();
  });

  it.each(['channel_not_found', 'not_in_channel', 'invalid_auth'])(
    'a channel that cannot be seen (%s) is an error and no deletion',
    async (error) => {
      const read = slackApi.read(context(no(error)), 'messages', ref);
      await expect(read).rejects.toMatchObject({ details: { reason: error } });
    },
  );

  it('an id that is none is never asked for', async () => {
    const bad = { ...ref, externalId: `${channel}:now` };
    await expect(slackApi.read(context(), 'messages', bad)).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});

describe('writing', () => {
  it('sends the text and answers with the whole message', async () => {
    const changed = messageJson({ text: 'New', edited: { ts: '1355517600.000000' } });
    const ctx = context(ok({ ts, text: 'New', message: {} }), ok({ messages: [changed] }));
    const got = await slackApi.update(ctx, 'messages', ref, { body: 'New' });
    expect(got).toMatchObject({ ignored: [], object: { fields: { body: 'New' } } });
    expect(ctx.requests[0]).toMatchObject({
      path: '/chat.update',
      form: { channel, ts, text: 'New' },
      isIdempotent: true,
    });
  });

  it('of another’s message is refused by Slack, for its text', async () => {
    const update = slackApi.update(context(no('cant_update_message')), 'messages', ref, {
      body: 'x',
    });
    await expect(update).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field: 'body' }] },
    });
  });

  it.each<[JsonObject, string]>([
    [{ body: null }, 'body'],
    [{ body: ' \n' }, 'body'],
    [{ body: 'x', thread: '1' }, 'thread'],
  ])('refuses before a call what Slack cannot hold: %j', async (fields, field) => {
    const ctx = context();
    await expect(slackApi.update(ctx, 'messages', ref, fields)).rejects.toMatchObject({
      code: 'provider.refused',
      details: { fields: [{ field }] },
    });
    expect(ctx.requests).toEqual([]);
  });
});

it('gives its token back, once', async () => {
  expect(await slackApi.revoke(context(ok({ revoked: true })))).toBe('revoked');
  expect(await slackApi.revoke(context(no('token_revoked')))).toBe('already_invalid');
  await expect(slackApi.revoke(context(no('internal_error')))).rejects.toMatchObject({
    code: 'provider.unavailable',
  });
});
