import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BodyShape } from '#lib/webhooks/judge-body';
import { maxItems } from '#lib/webhooks/read-items';
import { deliveriesOf, splitDelivery, wholeKey } from '#lib/webhooks/split-delivery';
import type { Delivery } from '#lib/webhooks/store';

const json: BodyShape = { as: 'json', jsonField: null, mayBeList: true };
const known = { deliveryId: 'd', event: 'changed', bodyHash: 'h'.repeat(43) };
const byId = {
  items: {
    path: ['items'] as const,
    id: { paths: [['id']], isJoined: false },
    event: { paths: [['kind']], isJoined: false },
  },
};
const whole: Delivery = {
  id: 'whole',
  workspaceId: 'w',
  connectionId: 'c',
  endpointId: 'e',
  connector: 'x',
  event: 'changed',
  deliveryId: 'd',
  dedupeKey: wholeKey(known),
  headers: {},
  body: Buffer.from('{}'),
  verdict: 'verified',
  parentId: null,
  parts: 2,
};

describe('splitDelivery', () => {
  it('leaves a body that is one event as it is', () => {
    expect(splitDelivery({ items: null }, json, { a: 1 }, known)).toBeNull();
    expect(splitDelivery(byId, json, { items: 'none' }, known)).toBeNull();
  });

  it('knows an item by its id and name, whatever else it says and whichever body it came in', () => {
    const keysOf = (item: Record<string, string | number>, bodyHash: string) =>
      splitDelivery(byId, json, { items: [item] }, { ...known, bodyHash })?.map(
        ({ dedupeKey }) => dedupeKey,
      );
    const first = keysOf({ id: 7, kind: 'made', attempt: 0 }, 'one');
    expect(keysOf({ id: 7, kind: 'made', attempt: 3 }, 'another')).toEqual(first);
    expect(keysOf({ id: 7, kind: 'gone', attempt: 0 }, 'one')).not.toEqual(first);
    expect(keysOf({ id: 8, kind: 'made', attempt: 0 }, 'one')).not.toEqual(first);
  });

  it('knows an item without an id by its body and its place', () => {
    const parts = splitDelivery(byId, json, { items: [{ a: 1 }, { a: 1 }] }, known);
    expect(parts).toMatchObject([
      { deliveryId: 'd#0', event: 'changed', dedupeKey: `${wholeKey(known)}#0` },
      { deliveryId: 'd#1', event: 'changed', dedupeKey: `${wholeKey(known)}#1` },
    ]);
  });

  it('takes a form, a text, and a list nobody expected as one event in JSON', () => {
    const form: BodyShape = { as: 'form', jsonField: null, mayBeList: false };
    expect(splitDelivery({ items: null }, form, { a: '1' }, known)).toMatchObject([
      { payload: { a: '1' } },
    ]);
    expect(splitDelivery({ items: null }, json, [1, 2], known)).toMatchObject([
      { payload: { items: [1, 2] } },
    ]);
  });

  it('makes no key or id longer than its column', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 255 }),
        fc.array(fc.option(fc.string({ minLength: 1, maxLength: 300 }), { nil: undefined })),
        (deliveryId, ids) => {
          const items = ids.map((id) => (id === undefined ? {} : { id }));
          const parts = splitDelivery(byId, json, { items }, { ...known, deliveryId }) ?? [];
          expect(parts).toHaveLength(ids.length);
          for (const part of parts) {
            expect(part.dedupeKey.length).toBeLessThanOrEqual(320);
            expect(part.deliveryId.length).toBeLessThanOrEqual(255);
          }
        },
      ),
    );
  });
});

describe('deliveriesOf', () => {
  it('makes a row of each part somebody here follows', () => {
    const parts = splitDelivery(byId, json, { items: [{ id: 'a' }, { id: 'b' }] }, known) ?? [];
    const rows = deliveriesOf(whole, parts, [null, 'other'], () => 'next');
    expect(rows).toMatchObject([
      { id: 'next', connectionId: 'other', parentId: 'whole', parts: null, deliveryId: 'b' },
    ]);
    expect(rows[0]?.body.toString()).toBe('{"id":"b"}');
  });

  it('repeats no header thousands of times: they belong to the body as it came', () => {
    const items = Array.from({ length: maxItems }, () => ({}));
    const parts = splitDelivery(byId, json, { items }, known) ?? [];
    const came = { ...whole, headers: { 'user-agent': 'x'.repeat(2_000) } };
    const rows = deliveriesOf(
      came,
      parts,
      parts.map(() => 'c'),
      () => 'next',
    );
    expect(rows).toHaveLength(maxItems);
    expect(JSON.stringify(rows.map(({ headers }) => headers)).length).toBeLessThan(100_000);
  });
});
