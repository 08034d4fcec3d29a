import { describe, expect, it } from 'vitest';
import { stripeApi } from '#lib/connectors/stripe/api';
import type { JsonObject } from '#lib/core/index';
import { fakeContext, inOrder, type Reply } from '#tests/fixtures/connectors/fake-context';
import { chargeJson, customerJson, eventJson, paymentJson } from '#tests/fixtures/stripe/objects';

const scope = { of: 'account' };
const second = 1_686_090_000;
const date = { date: new Date(second * 1000).toUTCString() };
const page = (data: unknown[], hasMore = false): Reply => ({
  headers: date,
  json: { object: 'list', data, has_more: hasMore, url: '/v1/x' },
});
const missing: Reply = {
  status: 400,
  json: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such' } },
};
const context = (...replies: Reply[]) => fakeContext(stripeApi, inOrder(...replies));

describe('reading everything', () => {
  it('turns the pages by the last object and says where polling starts', async () => {
    const ctx = context(
      page([customerJson({ id: 'cus_2', created: 20 })], true),
      page([customerJson({ id: 'cus_1', created: 10 })]),
    );
    const first = await stripeApi.backfill(ctx, 'customers', scope, null);
    expect(first).toMatchObject({ total: null, cursor: { since: second - 60 } });
    expect(first.next).toEqual({ after: 'cus_2', created: 20, startedAt: second });
    const last = await stripeApi.backfill(ctx, 'customers', scope, first.next);
    expect(last.next).toBeNull();
    expect([...first.objects, ...last.objects].map((object) => object.externalId)).toEqual([
      'cus_2',
      'cus_1',
    ]);
    expect(ctx.requests[1]?.query).toMatchObject({ starting_after: 'cus_2', limit: 100 });
    expect(ctx.requests.map((request) => request.headers?.['stripe-version'])).toEqual([
      '2025-09-30.clover',
      '2025-09-30.clover',
    ]);
  });

  it('goes on by time when the object it stood at was deleted', async () => {
    const ctx = context(missing, page([customerJson()]));
    const from = { after: 'cus_2', created: 20, startedAt: second };
    const got = await stripeApi.backfill(ctx, 'customers', scope, from);
    expect(got.objects).toHaveLength(1);
    expect(ctx.requests[1]?.query).toMatchObject({ 'created[lte]': 20 });
    expect(ctx.requests[1]?.query).not.toHaveProperty('starting_after');
  });

  it('ranks a list a second behind its answer, so that a change of that second is not passed over', async () => {
    const ctx = context(page([customerJson()]));
    const { objects } = await stripeApi.backfill(ctx, 'customers', scope, null);
    expect(objects[0]).toMatchObject({ rank: (second - 1) * 1000, rankIsExact: false });
  });

  it('knows what was paid back from the charge', async () => {
    const paid = (charge: object) =>
      paymentJson({
        status: 'succeeded',
        amount_received: 2000,
        latest_charge: chargeJson({ ...charge }),
      });
    const ctx = context(
      page([
        paid({}),
        paid({ amount_refunded: 700 }),
        paid({ amount_refunded: 2000, refunded: true }),
      ]),
    );
    const { objects } = await stripeApi.backfill(ctx, 'payments', scope, null);
    expect(objects.map(({ fields }) => [fields['state'], fields['refunded']])).toEqual([
      ['succeeded', 0],
      ['partly_refunded', 700],
      ['refunded', 2000],
    ]);
    expect(ctx.requests[0]?.query).toMatchObject({ 'expand[0]': 'data.latest_charge' });
  });

  it('one object that cannot be read costs the others nothing', async () => {
    const ctx = context(page([customerJson(), { id: 'cus_bad', email: 7 }, null]));
    const got = await stripeApi.backfill(ctx, 'customers', scope, null);
    expect(got.objects).toHaveLength(1);
    expect(got.faults.map((fault) => fault.externalId)).toEqual(['cus_bad', null]);
  });

  it('does not turn in circles', async () => {
    const ctx = context(page([customerJson({ id: 'cus_2' })], true));
    const from = { after: 'cus_2', created: 20, startedAt: second };
    await expect(stripeApi.backfill(ctx, 'customers', scope, from)).rejects.toMatchObject({
      code: 'provider.bad_answer',
    });
  });
});

describe('asking what happened', () => {
  const since: JsonObject = { since: second - 600 };
  const created = second - 300;

  it('asks for the events of its resource and moves behind the last page only', async () => {
    const event = (id: string, customer: string) =>
      eventJson('customer.updated', customerJson({ id: customer }), { id, created });
    const ctx = context(page([event('evt_2', 'cus_2')], true), page([event('evt_1', 'cus_1')]));
    const first = await stripeApi.poll(ctx, 'customers', scope, since);
    expect(first).toMatchObject({ hasMore: true, notModified: false });
    expect(first.cursor).toEqual({
      since: second - 600,
      after: 'evt_2',
      startedAt: second,
      seen: [],
      fresh: [],
    });
    const last = await stripeApi.poll(ctx, 'customers', scope, first.cursor);
    expect(last).toMatchObject({ hasMore: false, cursor: { since: second - 60 } });
    expect(last.cursor).toEqual({ since: second - 60, seen: [] });
    expect(ctx.requests[0]?.query).toMatchObject({
      'created[gte]': second - 600,
      'types[0]': 'customer.created',
      'types[2]': 'customer.deleted',
    });
    expect(first.objects[0]).toMatchObject({ externalId: 'cus_2', rank: created * 1000 });
  });

  it('moves on when nothing happens, so that no quiet month outlives the events', async () => {
    const got = await stripeApi.poll(context(page([])), 'customers', scope, since);
    expect(got.cursor).toEqual({ since: second - 60, seen: [] });
  });

  it('never moves back', async () => {
    const got = await stripeApi.poll(context(page([])), 'customers', scope, { since: second - 5 });
    expect(got.cursor).toEqual({ since: second - 5, seen: [] });
  });

  it('reads a payment again, once, for all that its charge says', async () => {
    const refunds = [1, 2].map((n) =>
      eventJson('charge.refunded', chargeJson(), { id: `evt_${n}`, created }),
    );
    const read: Reply = {
      headers: date,
      json: paymentJson({ status: 'succeeded', latest_charge: chargeJson({ amount_refunded: 5 }) }),
    };
    const ctx = context(page(refunds), read);
    const got = await stripeApi.poll(ctx, 'payments', scope, since);
    expect(got.objects).toHaveLength(1);
    expect(got.objects[0]?.fields).toMatchObject({ state: 'partly_refunded', refunded: 5 });
  });

  it('does not take the minute that is seen twice in twice', async () => {
    const event = (id: string) =>
      eventJson('customer.updated', customerJson(), { id, created: second - 30 });
    const first = await stripeApi.poll(context(page([event('evt_1')])), 'customers', scope, since);
    expect(first.objects).toHaveLength(1);
    const ctx = context(page([event('evt_2'), event('evt_1')]));
    const again = await stripeApi.poll(ctx, 'customers', scope, first.cursor);
    expect(again.objects).toHaveLength(1);
    expect(again.cursor).toEqual({ since: second - 60, seen: ['evt_2', 'evt_1'] });
  });

  it('hands on what happened in the order in which it did, for two in one second', async () => {
    const event = (id: string, name: string) =>
      eventJson('customer.updated', customerJson({ name }), { id, created });
    const ctx = context(page([event('evt_2', 'Later'), event('evt_1', 'Earlier')]));
    const { objects } = await stripeApi.poll(ctx, 'customers', scope, since);
    expect(objects.map(({ fields }) => fields['name'])).toEqual(['Earlier', 'Later']);
  });

  it('has everything read anew when the event it stood at is dropped', async () => {
    const at = { since: second - 600, after: 'evt_gone', startedAt: second - 300 };
    const poll = stripeApi.poll(context(missing), 'customers', scope, at);
    await expect(poll).rejects.toMatchObject({ code: 'provider.gone' });
  });

  it.each([{ since: second - 30 * 86_400 }, { from: 'another version' }])(
    'has everything read anew when events of the time may be gone: %j',
    async (cursor) => {
      const poll = stripeApi.poll(context(page([])), 'customers', scope, cursor);
      await expect(poll).rejects.toMatchObject({ code: 'provider.gone' });
    },
  );
});
