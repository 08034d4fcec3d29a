import { describe, expect, it } from 'vitest';
import {
  draftOf,
  emptyDraft,
  type FormDraft,
  inputOf,
  isWhole,
  patchOf,
  previewOf,
  readOperand,
} from '@/components/deliveries/form-draft';
import {
  arrivedShare,
  destinationText,
  filterText,
  healthOf,
  shareText,
} from '@/components/deliveries/health';
import {
  type DestinationHealth,
  type Subscription,
  subscriptionInputSchema,
  subscriptionPatchSchema,
} from '@/lib/delivery/schema';

const id = '0198f2c0-0000-7000-8000-000000000001';
const other = '0198f2c0-0000-7000-8000-000000000002';
const at = '2026-11-21T09:00:00.000Z';
const nowMs = Date.parse(at);
const subscription = (of: Partial<Subscription> = {}): Subscription => ({
  id,
  name: 'Orders',
  kind: 'webhook',
  config: { url: 'https://example.com/hook', description: 'kept' },
  filter: {},
  status: 'active',
  status_code: null,
  status_reason: null,
  status_at: at,
  cursor: 5,
  behind: 0,
  owed: 0,
  max_in_flight: 4,
  per_second: 20,
  failing_since: null,
  delivered_at: null,
  delivered_count: 0,
  dead_count: 0,
  missed: 0,
  secret_at: at,
  created_at: at,
  ...of,
});
const health = (of: Partial<DestinationHealth> = {}): DestinationHealth => ({
  subscription_id: id,
  breaker: { state: 'closed', since: null, retry_at: null, faults: 0, cause: null },
  rest_until: null,
  previous_secret_until: null,
  recent: { delivered: 0, tried: 0 },
  ...of,
});
const draft = (of: Partial<FormDraft> = {}): FormDraft => ({ ...emptyDraft, name: 'A', ...of });

describe('what is sent', () => {
  it.each([
    ['a webhook', draft({ url: ' https://example.com/hook ' })],
    [
      'Slack by a connection',
      draft({
        kind: 'slack',
        connectionId: id,
        channel: 'C0123456789',
        template: '{{record.title}}',
      }),
    ],
    [
      'Slack by an address',
      draft({
        kind: 'slack',
        slackWay: 'address',
        address: 'https://hooks.slack.com/services/T/B/x',
      }),
    ],
    ['mail', draft({ kind: 'mail', to: 'ada@example.com, grace@example.com', subject: 'News' })],
  ])('for %s is what the API takes', (_what, filled) => {
    expect(isWhole(filled)).toBe(true);
    expect(subscriptionInputSchema.safeParse(inputOf(filled))).toMatchObject({ success: true });
  });

  it('holds the filter as it was built', () => {
    const filled = draft({
      url: 'https://example.com/hook',
      kinds: ['task'],
      ops: ['update'],
      fields: 'state, labels',
      conditions: [
        { id: 1, path: 'after.state', operator: '$eq', value: 'done' },
        { id: 2, path: 'after.priority', operator: '$gt', value: '3' },
        { id: 3, path: 'before.due_on', operator: '$exists', value: '' },
        { id: 4, path: ' ', operator: '$eq', value: 'left out' },
      ],
    });
    expect(subscriptionInputSchema.parse(inputOf(filled)).filter).toEqual({
      kinds: ['task'],
      ops: ['update'],
      fields: ['state', 'labels'],
      where: {
        'after.state': { $eq: 'done' },
        'after.priority': { $gt: 3 },
        'before.due_on': { $exists: true },
      },
    });
  });

  it('reads values as they look, and quotes make a text', () => {
    expect(['12', 'true', 'null', '"12"', 'done', '1e9', ''].map(readOperand)).toEqual([
      12,
      true,
      null,
      '12',
      'done',
      '1e9',
      '',
    ]);
  });

  it('is not sent while something is missing', () => {
    expect(isWhole(draft())).toBe(false);
    expect(isWhole(draft({ kind: 'slack', connectionId: id }))).toBe(false);
    expect(isWhole(draft({ kind: 'slack', slackWay: 'address' }))).toBe(false);
    expect(isWhole(draft({ kind: 'slack', slackWay: 'address' }), subscription())).toBe(true);
    const slack = { kind: 'slack', connectionId: id, channel: 'dev' } as const;
    const kept = subscription({ kind: 'slack', config: { connection_id: id, channel: 'dev' } });
    expect(isWhole(draft(slack))).toBe(false);
    expect(isWhole(draft(slack), kept)).toBe(true);
    expect(isWhole(draft({ ...slack, channel: 'dev-2' }), kept)).toBe(false);
    expect(isWhole(draft({ ...slack, connectionId: other }), kept)).toBe(false);
    expect(
      previewOf(draft({ conditions: [{ id: 1, path: 'x', operator: '$eq', value: '' }] })),
    ).toBeNull();
  });
});

describe('what is edited', () => {
  it('goes through the form and comes out the same, with what the form does not show', () => {
    const before = subscription({
      filter: {
        kinds: ['task'],
        origins: ['user'],
        connection_ids: [id],
        fields: ['state'],
        where: {
          'after.state': { $eq: 'done' },
          'after.number': { $eq: '12' },
          'after.labels': { $in: ['a', 'b'] },
        },
      },
    });
    const patch = patchOf(draftOf(before), before);
    expect(subscriptionPatchSchema.parse(patch)).toEqual({
      name: 'Orders',
      config: before.config,
      filter: before.filter,
      per_second: 20,
      max_in_flight: 4,
    });
  });
});

describe('how a subscription is', () => {
  it.each([
    ['paused', { status: 'paused', failing_since: at }, {}],
    ['disabled', { status: 'disabled' }, {}],
    ['open', { failing_since: at }, { breaker: { ...health().breaker, state: 'open' } }],
    ['trying', {}, { breaker: { ...health().breaker, state: 'half_open' } }],
    ['resting', { failing_since: at }, { rest_until: '2026-11-21T09:01:00.000Z' }],
    ['failing', { failing_since: at, behind: 4 }, { rest_until: '2026-11-21T08:59:00.000Z' }],
    ['catching', { behind: 4, delivered_at: at }, {}],
    ['catching', { owed: 1 }, {}],
    ['idle', {}, {}],
    ['healthy', { delivered_at: at }, {}],
  ] as const)('%s', (word, of, known) => {
    expect(healthOf({ subscription: subscription(of), health: health(known) }, nowMs)).toBe(word);
  });

  it('never rounds a failure away', () => {
    expect(shareText(arrivedShare(health({ recent: { delivered: 4_999, tried: 5_000 } })))).toBe(
      '99.9%',
    );
    expect(shareText(arrivedShare(health({ recent: { delivered: 5, tried: 5 } })))).toBe('100%');
    expect(shareText(arrivedShare(undefined))).toBe('–');
  });

  it('says in words where it goes to and what it tells of', () => {
    expect(destinationText(subscription())).toBe('example.com/hook');
    expect(destinationText(subscription({ kind: 'slack', config: { channel: 'C1' } }))).toBe('C1');
    const named = { channel: 'C1', channel_name: '#general' };
    expect(destinationText(subscription({ kind: 'slack', config: named }))).toBe('#general');
    expect(destinationText(subscription({ kind: 'mail', config: { to: ['a@x', 'b@x'] } }))).toBe(
      'a@x, b@x',
    );
    expect(filterText(subscription())).toBe('every change');
    expect(
      filterText(
        subscription({ filter: { kinds: ['task'], ops: ['create', 'update'], fields: ['state'] } }),
      ),
    ).toBe('tasks, created or changed, if state changed');
  });
});
