import { describe, expect, it } from 'vitest';
import { type WebhookDescriptor, webhookPreset } from '#lib/connectors/protocol/index';
import type { Json } from '#lib/core/index';
import { keptHeaders } from '#lib/webhooks/kept-headers';
import { maxItems, readItems } from '#lib/webhooks/read-items';

const descriptorOf = (name: string) => {
  const preset = webhookPreset(name);
  if (!preset) throw new Error(`No preset ${name}`);
  return preset.descriptor;
};
const itemsOf = (name: string, payload: Json) => readItems(descriptorOf(name), payload);

describe('readItems', () => {
  it('takes a body apart that is a list', () => {
    const events = [
      { sg_event_id: 'a', event: 'open' },
      { sg_event_id: 'b', event: 'bounce' },
    ];
    expect(itemsOf('sendgrid', events)).toEqual([
      { subId: 'a', event: 'open', payload: events[0] },
      { subId: 'b', event: 'bounce', payload: events[1] },
    ]);
  });

  it('joins what is no id by itself', () => {
    const item = {
      eventId: 1,
      subscriptionId: 2,
      occurredAt: 3,
      subscriptionType: 'contact.creation',
    };
    expect(itemsOf('hubspot', [item])).toEqual([
      { subId: '1:2:3', event: 'contact.creation', payload: item },
    ]);
    expect(itemsOf('hubspot', [{ eventId: 1 }])?.[0]).toMatchObject({ subId: null, event: null });
  });

  it('finds a list within the body', () => {
    const value = [
      {
        subscriptionId: 's',
        resource: 'r',
        resourceData: { '@odata.etag': 'e' },
        changeType: 'updated',
      },
    ];
    expect(itemsOf('microsoft_graph', { value })?.[0]).toMatchObject({
      subId: 's:r:e',
      event: 'updated',
    });
    expect(itemsOf('asana', { events: [] })).toEqual([]);
  });

  it.each<[string, Json]>([
    ['one event', { a: 1 }],
    ['a list of other things', [1, 'a', null]],
    ['a list with a hole', [{ a: 1 }, null]],
    ['more than any service sends', Array.from({ length: maxItems + 1 }, () => ({}))],
    ['nothing', null],
  ])('leaves %s whole', (_, payload) => {
    expect(itemsOf('sendgrid', payload)).toBeNull();
  });

  it('leaves everything whole where one request is one event', () => {
    expect(itemsOf('github', [{ a: 1 }])).toBeNull();
  });
});

describe('keptHeaders', () => {
  const sent = {
    'x-hook-secret': ['s'],
    authorization: ['Bearer t'],
    cookie: ['c'],
    'x-gitlab-token': ['the secret itself'],
    'idempotency-key': ['i'],
    'webhook-id': ['w'],
    'webhook-timestamp': ['1'],
    'webhook-signature': ['v1,x'],
    'content-type': ['application/json'],
  };

  it('keeps what a signature is checked with', () => {
    expect(keptHeaders(descriptorOf('standard_webhooks'), sent)).toEqual({
      'webhook-id': 'w',
      'webhook-timestamp': '1',
      'webhook-signature': 'v1,x',
      'content-type': 'application/json',
    });
  });

  it('keeps no secret, token or cookie', () => {
    expect(keptHeaders(descriptorOf('gitlab_token'), sent)).toEqual({
      'idempotency-key': 'i',
      'content-type': 'application/json',
    });
    expect(keptHeaders(descriptorOf('monday'), sent)).not.toHaveProperty('authorization');
    expect(keptHeaders(descriptorOf('asana'), sent)).not.toHaveProperty('x-hook-secret');
    // Named by a person as a part of what is signed, or as the place of an id.
    const { scheme } = descriptorOf('github');
    const odd = {
      ...descriptorOf('github'),
      scheme: { ...scheme, signed: '{header:Authorization}{body}' },
      delivery: { from: 'header', name: 'Cookie' },
    } as WebhookDescriptor;
    expect(keptHeaders(odd, sent)).toEqual({ 'content-type': 'application/json' });
    const bearing = { ...scheme, offered: { as: 'whole', headers: ['Authorization'], prefix: '' } };
    expect(keptHeaders({ ...odd, scheme: bearing } as WebhookDescriptor, sent)).toHaveProperty(
      'authorization',
    );
  });
});
