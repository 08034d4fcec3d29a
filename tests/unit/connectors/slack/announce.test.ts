import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '#lib/connectors/protocol/index';
import { slackApi } from '#lib/connectors/slack/api';
import { HubError } from '#lib/core/index';
import { fakeContext, inOrder, type Reply } from '#tests/fixtures/connectors/fake-context';
import { channel, messageJson, ts } from '#tests/fixtures/slack/objects';

const ok = (json: object): Reply => ({ json: { ok: true, ...json } });
const context = (...replies: Reply[]) => fakeContext(slackApi, inOrder(...replies));
const key = '0198f2c0-0000-7000-8000-000000000001';
const what = { place: channel, text: '*Fix* the login', key, maybeSince: null };
const since = '2026-11-21T09:00:00.000Z';
const ours = {
  ...messageJson(),
  ts,
  metadata: { event_type: 'patchbay_delivery', event_payload: { key } },
};
const others = {
  ...ours,
  metadata: { event_type: 'patchbay_delivery', event_payload: { key: 'other' } },
};
const lost = () => new HubError('provider.timeout', 'No answer.', { details: { sent: true } });

describe('an announcement in Slack', () => {
  it('is posted with the key it is known by, and nothing unfolds', async () => {
    const ctx = context(ok({ channel, ts }));
    expect(await slackApi.announce(ctx, what)).toEqual({ id: `${channel}:${ts}` });
    expect(ctx.requests).toHaveLength(1);
    expect(ctx.requests[0]?.form).toMatchObject({
      channel,
      text: '*Fix* the login',
      unfurl_links: 'false',
      metadata: JSON.stringify({ event_type: 'patchbay_delivery', event_payload: { key } }),
    });
  });

  it('that may have been made before is looked for, and not made twice', async () => {
    const ctx = context(ok({ messages: [others, ours] }));
    expect(await slackApi.announce(ctx, { ...what, maybeSince: since })).toEqual({
      id: `${channel}:${ts}`,
    });
    expect(ctx.requests).toHaveLength(1);
    expect(ctx.requests[0]?.query).toMatchObject({ include_all_metadata: 'true' });
  });

  it('that was not made yet is made', async () => {
    const ctx = context(ok({ messages: [others] }), ok({ channel, ts }));
    await slackApi.announce(ctx, { ...what, maybeSince: since });
    expect(ctx.requests).toHaveLength(2);
  });

  it('whose answer was lost is looked for at once', async () => {
    const calls: string[] = [];
    const ctx = context(ok({ messages: [ours] }));
    const losing = {
      ...ctx,
      http: {
        send: (request: HttpRequest) => {
          calls.push(request.path);
          return request.method === 'POST' ? Promise.reject(lost()) : ctx.http.send(request);
        },
      },
    };
    expect(await slackApi.announce(losing, what)).toEqual({ id: `${channel}:${ts}` });
    expect(calls).toEqual(['/chat.postMessage', '/conversations.history']);
  });

  it('that nobody finds stays unknown, and says so', async () => {
    const ctx = context(ok({ messages: [] }));
    const losing = {
      ...ctx,
      http: {
        send: (request: HttpRequest) =>
          request.method === 'POST' ? Promise.reject(lost()) : ctx.http.send(request),
      },
    };
    await expect(slackApi.announce(losing, what)).rejects.toMatchObject({
      code: 'provider.timeout',
      details: { sent: true },
    });
  });

  it('is not sent anywhere but to a channel', async () => {
    await expect(
      slackApi.announce(context(), { ...what, place: '#general' }),
    ).rejects.toMatchObject({
      code: 'request.invalid',
    });
  });
});
