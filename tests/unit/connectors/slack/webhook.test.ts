import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slack } from '#lib/connectors/slack/index';
import type { JsonObject } from '#lib/core/index';
import { messageDataSchema } from '#lib/kinds/index';
import {
  callbackJson,
  channel,
  messageEvent,
  messageJson,
  ts,
} from '#tests/fixtures/slack/objects';

const parse = (payload: unknown) =>
  slack.webhook.parse('message', JSON.parse(JSON.stringify(payload)) as JsonObject);
const micros = 1_355_517_523_000_005;

describe('a message that was posted', () => {
  it('belongs to its channel and its workspace', () => {
    const parsed = parse(messageEvent());
    expect(parsed).toMatchObject({
      kind: 'apply',
      resource: 'messages',
      scopeKey: channel,
      accountId: 'T123ABC456',
      action: 'posted',
      refetch: [],
    });
    expect(parsed.objects).toEqual([
      expect.objectContaining({
        externalId: `${channel}:${ts}`,
        externalKey: null,
        rank: micros,
        rankIsExact: false,
        updatedAt: '2012-12-14T20:38:43.000Z',
        deleted: false,
        fields: {
          body: 'Hello world',
          author: { id: 'U2147483697', login: 'U2147483697' },
          channel,
          thread: null,
          sent_at: '2012-12-14T20:38:43.000Z',
        },
      }),
    ]);
    expect(messageDataSchema.partial().safeParse(parsed.objects[0]?.fields).success).toBe(true);
  });

  it('in a thread names it', () => {
    const thread = '1355517520.000001';
    const [object] = parse(messageEvent({ thread_ts: thread })).objects;
    expect(object).toMatchObject({ externalKey: thread, fields: { thread } });
  });

  it('by an app is the app’s', () => {
    const bot = { user: undefined, bot_id: 'B12', bot_profile: { name: 'Deploys' } };
    const [object] = parse(messageEvent({ subtype: 'bot_message', ...bot })).objects;
    expect(object?.fields['author']).toEqual({ id: 'B12', login: 'Deploys' });
  });

  it.each(['channel_join', 'channel_topic', 'pinned_item'])(
    'as the notice %s is left out',
    (subtype) => {
      expect(parse(messageEvent({ subtype }))).toMatchObject({ kind: 'unknown', objects: [] });
    },
  );
});

describe('a message that changed', () => {
  const changed = (message: Record<string, unknown>) =>
    parse(
      callbackJson({
        type: 'message',
        subtype: 'message_changed',
        channel,
        ts: '1355517599.000100',
        event_ts: '1355517599.000100',
        message,
      }),
    );

  it('is ordered by its edit', () => {
    const edited = { user: 'U2147483697', ts: '1355517599.000000' };
    const [object] = changed(messageJson({ text: 'Changed', edited })).objects;
    expect(object).toMatchObject({
      externalId: `${channel}:${ts}`,
      rank: 1_355_517_599_000_000,
      fields: { body: 'Changed', edited_at: '2012-12-14T20:39:59.000Z' },
    });
  });

  it('within the second it was posted in is not older than itself', () => {
    const edited = { user: 'U2147483697', ts: '1355517523.000000' };
    expect(changed(messageJson({ edited })).objects[0]?.rank).toBe(micros);
  });

  it('says nothing of reactions it does not show', () => {
    const [object] = changed(messageJson()).objects;
    expect(object?.fields).not.toHaveProperty('reactions');
    expect(object?.fields).not.toHaveProperty('edited_at');
  });

  it('into a stone is gone', () => {
    const [object] = changed(messageJson({ subtype: 'tombstone' })).objects;
    expect(object).toMatchObject({ deleted: true, externalId: `${channel}:${ts}` });
  });
});

it('a message that was deleted is gone, later than anything before', () => {
  const parsed = parse(
    callbackJson({
      type: 'message',
      subtype: 'message_deleted',
      channel,
      deleted_ts: ts,
      event_ts: '1355517600.000200',
    }),
  );
  expect(parsed.objects[0]).toMatchObject({
    externalId: `${channel}:${ts}`,
    deleted: true,
    rank: 1_355_517_600_000_200,
    fields: {},
  });
});

it.each(['reaction_added', 'reaction_removed'])('%s has its message read again', (type) => {
  const item = { type: 'message', channel, ts };
  const parsed = parse(callbackJson({ type, reaction: 'eyes', user: 'U1', item }));
  expect(parsed).toMatchObject({ kind: 'apply', resource: 'messages', objects: [] });
  expect(parsed.refetch).toEqual([
    { externalId: `${channel}:${ts}`, externalKey: null, scope: { channel } },
  ]);
});

describe('what is not taken in', () => {
  it.each([
    ['another event', callbackJson({ type: 'app_mention', channel })],
    ['a message without a channel', callbackJson({ type: 'message', ts })],
    ['a deletion of nothing', messageEvent({ subtype: 'message_deleted' })],
    [
      'a reaction to a file',
      callbackJson({ type: 'reaction_added', reaction: 'x', item: { type: 'file' } }),
    ],
    ['too many events', { type: 'app_rate_limited', team_id: 'T1' }],
    ['a text that is no text', messageEvent({ text: 7 })],
  ])('%s is kept and marked', (_what, payload) => {
    const parsed = parse(payload);
    expect(parsed).toMatchObject({ kind: 'unknown', objects: [], refetch: [] });
    expect(parsed.summary).not.toBe('');
  });

  it('no JSON object makes it throw', () => {
    const anything = fc.dictionary(fc.string(), fc.jsonValue());
    const nearly = fc
      .dictionary(fc.constantFrom('subtype', 'message', 'item', 'ts', 'text'), fc.jsonValue())
      .map((more) => messageEvent(more));
    fc.assert(
      fc.property(fc.oneof(anything, nearly), (payload) => {
        expect(() => parse({ ...payload })).not.toThrow();
      }),
    );
  });
});
