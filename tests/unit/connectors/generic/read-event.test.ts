import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineEvents, readEventDefinition } from '#lib/connectors/generic/event-definition';
import { bindEvents } from '#lib/connectors/generic/read-event';
import type { JsonObject } from '#lib/core/index';

const given: JsonObject = {
  title: 'Orders',
  events: ['order.created', 'order.removed'],
  items: 'data',
  id: 'id',
  updated_at: 'at',
  deleted: { by: 'event', names: ['order.removed'] },
  fields: { title: 'name', state: 'status' },
  states: { new: 'open' },
};
const receivedMs = Date.parse('2026-11-21T10:00:00Z');
const parse = (event: string, payload: JsonObject, change: JsonObject = {}) => {
  const { key, scope } = defineEvents('tasks', { ...given, ...change });
  return bindEvents({ resource: 'tasks', scopeKey: key, scope }, receivedMs).parse(event, payload);
};
const order = { id: 7, name: 'Tea', status: 'new', at: '2026-11-20T10:00:00Z' };

describe('an event as a definition reads it', () => {
  it('is the object it carries, of the stream that reads it', () => {
    const parsed = parse('order.created', { data: order });
    expect(parsed).toMatchObject({ kind: 'apply', resource: 'tasks' });
    expect(parsed.scopeKey).toBe('order.created,order.removed data#id');
    expect(parsed.objects).toMatchObject([
      {
        externalId: '7',
        deleted: false,
        rank: Date.parse(order.at),
        fields: { title: 'Tea', state: 'open' },
      },
    ]);
  });

  it('is as new as its arrival where it does not say', () => {
    const [object] = parse('order.created', { data: order }, { updated_at: null }).objects;
    expect(object?.rank).toBe(receivedMs);
  });

  it('may carry a list, of which one bad object costs only itself', () => {
    const parsed = parse('order.created', {
      data: [order, { name: 'no id' }, { ...order, id: 8 }],
    });
    expect(parsed.objects.map(({ externalId }) => externalId)).toEqual(['7', '8']);
    expect(parsed.summary).toMatch(/no id/);
  });

  it.each([
    ['by its name', 'order.removed', {}, true],
    ['by another name', 'order.created', {}, false],
    [
      'by a value',
      'order.created',
      { deleted: { by: 'value', path: 'status', equals: 'new' } },
      true,
    ],
    ['by a number', 'order.created', { deleted: { by: 'value', path: 'id', equals: '7' } }, true],
    [
      'by a value that is an object',
      'order.created',
      { deleted: { by: 'value', path: 'at.x', equals: '' } },
      false,
    ],
    ['never', 'order.removed', { deleted: null }, false],
  ])('tells that it is gone %s', (_how, event, change, gone) => {
    expect(parse(event, { data: order }, change as JsonObject).objects[0]?.deleted).toBe(gone);
  });

  it.each([
    ['of another name', 'refund.made', { data: order }, /does not read refund\.made/],
    ['without the object', 'order.created', { other: order }, /nothing at data/],
    ['with null in its place', 'order.created', { data: null }, /nothing at data/],
    ['with an empty list', 'order.created', { data: [] }, /empty/],
    ['with an object without id', 'order.created', { data: { name: 'x' } }, /no id/],
    ['with a text', 'order.created', { data: 'x' }, /no object/],
    [
      'with more than is read',
      'order.created',
      { data: Array.from({ length: 1_001 }, (_, id) => ({ id })) },
      /at most 1000/,
    ],
  ])('%s is left to the inbox, with the reason', (_how, event, payload, reason) => {
    const parsed = parse(event, payload as JsonObject);
    expect(parsed).toMatchObject({ kind: 'unknown', objects: [] });
    expect(parsed.summary).toMatch(reason);
  });

  it('never throws, whatever it holds', () => {
    const { key, scope } = defineEvents('contacts', {
      title: 'All',
      items: '',
      id: 'id',
      fields: { name: 'name', emails: 'mails.*.to' },
    });
    const parser = bindEvents({ resource: 'contacts', scopeKey: key, scope }, receivedMs);
    const keys = fc.constantFrom('id', 'name', 'mails', 'to', '__proto__', 'constructor');
    const payload = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(keys, fc.oneof(fc.jsonValue(), fc.array(fc.dictionary(keys, fc.jsonValue())))),
    );
    fc.assert(
      fc.property(fc.string(), payload, (event, json) => {
        const parsed = parser.parse(event, json as JsonObject);
        expect(typeof parsed.summary).toBe('string');
        for (const object of parsed.objects) expect(object.externalId).not.toBe('');
      }),
    );
  });
});

describe('a definition of events', () => {
  it('reads as it was taken', () => {
    const { scope } = defineEvents('tasks', given);
    expect(readEventDefinition(scope)).toEqual({ ...given, states: { new: 'open' } });
  });

  it.each([
    ['id', { id: '' }],
    ['title', { title: ' ' }],
    ['items', { items: '$..x' }],
    ['fields', { fields: {} }],
    ['fields.price', { fields: { price: 'price' } }],
    ['deleted.names', { deleted: { by: 'event', names: [] } }],
    ['deleted.path', { deleted: { by: 'value', path: '', equals: 'x' } }],
    ['states.new', { states: { new: 'fresh' } }],
    ['events.0', { events: [''] }],
  ])('names what is wrong with its %s', (field, change) => {
    const refused = (() => {
      try {
        return defineEvents('tasks', { ...given, ...change } as JsonObject);
      } catch (error) {
        return (error as { details: { errors: { field: string }[] } }).details.errors;
      }
    })();
    expect(refused).toContainEqual(expect.objectContaining({ field: `definition.${field}` }));
  });
});
