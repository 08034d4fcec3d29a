import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allScopes,
  general,
  mara,
  openSlack,
  type SlackHarness,
  sales,
  slackApp,
} from './slack-harness.ts';

let slack: SlackHarness;
beforeAll(async () => {
  slack = await openSlack();
});
afterAll(() => slack.sandbox.dispose());

type Message = { ts: string; text: string; thread_ts?: string };
const messagesOf = (answer: Record<string, unknown>) => answer['messages'] as Message[];
const say = async (text: string, thread?: string) => {
  const did = await slack.act({
    do: 'post',
    channel: general,
    user: mara,
    text,
    ...(thread ? { thread } : {}),
  });
  return String(did['ts']);
};

describe('tokens', () => {
  it.each([
    ['', 'not_authed'],
    ['xoxb-unknown', 'invalid_auth'],
  ])('%j is %s, with status 200', async (token, error) => {
    expect(await slack.call('auth.test', {}, token)).toEqual({ ok: false, error });
  });

  it('do what their scopes allow and no more', async () => {
    const few = { clientId: slackApp.clientId, scopes: ['users:read'] };
    const { access_token: token } = await slack.control.call<{ access_token: string }>(
      'POST',
      '/install',
      few,
    );
    expect(await slack.call('users.list', {}, token)).toMatchObject({ ok: true });
    expect(await slack.call('conversations.list', {}, token)).toMatchObject({
      ok: false,
      error: 'missing_scope',
      needed: 'channels:read,groups:read',
      provided: 'users:read',
    });
  });

  it('end when they are given back', async () => {
    const all = { clientId: slackApp.clientId, scopes: allScopes };
    const { access_token: token } = await slack.control.call<{ access_token: string }>(
      'POST',
      '/install',
      all,
    );
    expect(await slack.post('auth.revoke', { test: 'true' }, token)).toMatchObject({
      revoked: false,
    });
    expect(await slack.post('auth.revoke', {}, token)).toEqual({ ok: true, revoked: true });
    expect(await slack.call('auth.test', {}, token)).toEqual({ ok: false, error: 'token_revoked' });
  });

  it('a method nobody knows is named', async () => {
    expect(await slack.call('conversations.fly')).toMatchObject({ error: 'unknown_method' });
  });
});

describe('channels', () => {
  it('are listed page by page; private ones only to their members', async () => {
    const first = await slack.call('conversations.list', { limit: '2' });
    const { next_cursor: cursor } = first['response_metadata'] as { next_cursor: string };
    const rest = await slack.call('conversations.list', { limit: '99', cursor });
    const names = [first, rest].flatMap((answer) =>
      (answer['channels'] as { name: string }[]).map(({ name }) => name),
    );
    expect(names).toEqual(['general', 'incidents', 'sales', 'random']);
    expect(rest['response_metadata']).toEqual({ next_cursor: '' });
  });

  it('can be read by those who are in them', async () => {
    expect(await slack.call('conversations.history', { channel: sales })).toMatchObject({
      error: 'not_in_channel',
    });
    for (const channel of ['C0CHANNEL4', 'C0NOBODY', '']) {
      expect(await slack.call('conversations.history', { channel })).toMatchObject({
        error: 'channel_not_found',
      });
    }
  });
});

describe('history', () => {
  it('turns from the newest to the oldest, without replies', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 50; page += 1) {
      const args = { channel: general, limit: '7', ...(cursor ? { cursor } : {}) };
      const answer = await slack.call('conversations.history', args);
      seen.push(...messagesOf(answer).map(({ ts }) => ts));
      if (answer['has_more'] !== true) break;
      cursor = (answer['response_metadata'] as { next_cursor: string }).next_cursor;
    }
    const all = await slack.control.call<Message[]>('GET', `/messages/${general}`);
    const firsts = all.filter((one) => !one.thread_ts || one.thread_ts === one.ts);
    expect(seen).toEqual(
      firsts
        .map(({ ts }) => ts)
        .sort()
        .reverse(),
    );
    expect(firsts.length).toBeLessThan(all.length);
  });

  it('knows both ends, open and closed', async () => {
    const [a, b, c] = [await say('one'), await say('two'), await say('three')];
    const between = (more: Record<string, string>) =>
      slack.call('conversations.history', { channel: general, ...more });
    const open = await between({ oldest: a ?? '', latest: c ?? '' });
    expect(messagesOf(open).map(({ ts }) => ts)).toEqual([b]);
    const closed = await between({ oldest: b ?? '', latest: b ?? '', inclusive: 'true' });
    expect(messagesOf(closed).map(({ text }) => text)).toEqual(['two']);
  });

  it('shows a thread by its first message and lists its replies', async () => {
    const first = await say('A thread');
    const reply = await say('An answer', first);
    const answer = await slack.call('conversations.replies', { channel: general, ts: first });
    expect(messagesOf(answer)).toMatchObject([
      { ts: first, reply_count: 1, latest_reply: reply },
      { ts: reply, thread_ts: first },
    ]);
    const nowhere = await slack.call('conversations.replies', { channel: general, ts: '1.000000' });
    expect(nowhere['error']).toBe('thread_not_found');
  });

  it('keeps the place of a deleted message that others have answered', async () => {
    const first = await say('To be deleted');
    const reply = await say('An answer', first);
    await slack.act({ do: 'delete', channel: general, ts: first });
    const answer = await slack.call('conversations.replies', { channel: general, ts: first });
    expect(messagesOf(answer)).toMatchObject([
      { ts: first, subtype: 'tombstone', reply_count: 1 },
      { ts: reply, text: 'An answer' },
    ]);
  });

  it.each([
    ['limit', '0', 'invalid_limit'],
    ['limit', '1000', 'invalid_limit'],
    ['cursor', 'nonsense', 'invalid_cursor'],
    ['oldest', 'yesterday', 'invalid_ts_oldest'],
  ])('refuses %s=%s', async (name, value, error) => {
    const args = { channel: general, [name]: value };
    expect((await slack.call('conversations.history', args))['error']).toBe(error);
  });
});

describe('writing', () => {
  it('changes the app’s own messages and nobody else’s', async () => {
    const made = await slack.post('chat.postMessage', { channel: general, text: 'Mine' });
    const ts = String(made['ts']);
    const changed = await slack.post('chat.update', {
      channel: general,
      ts,
      text: 'a < b & <@U1>',
    });
    expect(changed).toMatchObject({ ok: true, ts, text: 'a &lt; b &amp; <@U1>' });
    expect(changed['message']).not.toHaveProperty('edited');
    const other = await say('Hers');
    const refused = async (args: Record<string, string>) =>
      (await slack.post('chat.update', { channel: general, ts: other, text: 'x', ...args }))[
        'error'
      ];
    expect(await refused({})).toBe('cant_update_message');
    expect(await refused({ ts: '1.000000' })).toBe('message_not_found');
    expect(await refused({ ts, text: ' ' })).toBe('no_text');
    expect(await refused({ ts, text: 'x'.repeat(40_001) })).toBe('msg_too_long');
  });

  it('two messages never share a time', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, n) => say(`${n}`)));
    expect(new Set(made).size).toBe(20);
  });
});

it('too many calls of one method are 429 with the time to wait', async () => {
  const narrow = await openSlack({ callsPerMinute: 2 });
  const ask = () =>
    fetch(`${narrow.url}/api/auth.test`, { headers: { authorization: `Bearer ${narrow.token}` } });
  const answers = await Promise.all([ask(), ask(), ask(), ask(), ask()]);
  const late = answers.find((answer) => answer.status === 429);
  expect(Number(late?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await late?.json()).toEqual({ ok: false, error: 'ratelimited' });
  await narrow.sandbox.dispose();
});
