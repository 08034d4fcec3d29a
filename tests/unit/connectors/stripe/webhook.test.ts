import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripe } from '#lib/connectors/stripe/index';
import type { JsonObject } from '#lib/core/index';
import { contactDataSchema, paymentDataSchema } from '#lib/kinds/index';
import { chargeJson, customerJson, eventJson, paymentJson } from '#tests/fixtures/stripe/objects';

const parse = (payload: unknown) => {
  const body = JSON.parse(JSON.stringify(payload)) as JsonObject;
  const { type } = body;
  return stripe.webhook.parse(typeof type === 'string' ? type : '', body);
};
const at = 1_686_089_970;

describe('a payment', () => {
  const succeeded = paymentJson({
    status: 'succeeded',
    amount_received: 1500,
    latest_charge: 'ch_1',
    customer: 'cus_NffrFeUfNV2Hib',
    description: 'Pump',
  });

  it('that succeeded is paid, nothing of it paid back, at the time of the event', () => {
    const parsed = parse(eventJson('payment_intent.succeeded', succeeded));
    expect(parsed).toMatchObject({ kind: 'apply', resource: 'payments', scopeKey: 'account' });
    expect(parsed.objects).toHaveLength(1);
    expect(parsed.objects[0]).toMatchObject({
      externalId: succeeded.id,
      rank: at * 1000,
      rankIsExact: false,
      updatedAt: '2023-06-06T22:19:30Z',
      deleted: false,
      url: null,
      fields: {
        amount: 1500,
        refunded: 0,
        currency: 'usd',
        state: 'succeeded',
        raw_state: 'succeeded',
        customer: 'cus_NffrFeUfNV2Hib',
        description: 'Pump',
        paid_at: '2023-06-06T22:19:30Z',
      },
    });
    expect(paymentDataSchema.partial().safeParse(parsed.objects[0]?.fields).success).toBe(true);
  });

  it('leads to the dashboard in live mode, and nowhere in test mode', () => {
    const live = paymentJson({ livemode: true });
    const [object] = parse(eventJson('payment_intent.created', live)).objects;
    expect(object?.url).toBe(`https://dashboard.stripe.com/payments/${live.id}`);
    const [test] = parse(eventJson('payment_intent.created', paymentJson())).objects;
    expect(test?.fields).not.toHaveProperty('url');
  });

  it('that is paid says nothing of refunds in any other event', () => {
    const [object] = parse(eventJson('payment_intent.created', succeeded)).objects;
    expect(object?.fields).not.toHaveProperty('state');
    expect(object?.fields).not.toHaveProperty('refunded');
  });

  it.each([
    ['requires_payment_method', {}, 'pending'],
    ['requires_payment_method', { last_payment_error: { code: 'card_declined' } }, 'failed'],
    ['requires_capture', {}, 'pending'],
    ['processing', {}, 'pending'],
    ['canceled', { canceled_at: at }, 'cancelled'],
  ])('in the state %s %j is %s', (status, more, state) => {
    const event = eventJson('payment_intent.created', paymentJson({ status, ...more }));
    expect(parse(event).objects[0]?.fields).toMatchObject({ state, raw_state: status });
  });

  it('in a state nobody has heard of keeps it and guesses none', () => {
    const event = eventJson('payment_intent.created', paymentJson({ status: 'levitating' }));
    const fields = parse(event).objects[0]?.fields;
    expect(fields).toMatchObject({ raw_state: 'levitating' });
    expect(fields).not.toHaveProperty('state');
  });

  it.each(['charge.refunded', 'charge.updated', 'charge.captured'])(
    'is read again when its charge says %s',
    (type) => {
      const parsed = parse(eventJson(type, chargeJson({ amount_refunded: 500 })));
      expect(parsed).toMatchObject({ kind: 'apply', resource: 'payments', objects: [] });
      expect(parsed.refetch).toEqual([
        { externalId: succeeded.id, externalKey: null, scope: { of: 'account' } },
      ]);
    },
  );

  it('without an intent is left out', () => {
    const parsed = parse(eventJson('charge.refunded', chargeJson({ payment_intent: null })));
    expect(parsed.kind).toBe('unknown');
  });
});

describe('a customer', () => {
  it('is told whole, with everything that is not there as empty', () => {
    const [object] = parse(eventJson('customer.updated', customerJson({ name: null }))).objects;
    expect(object?.fields).toMatchObject({
      name: '',
      emails: ['jennyrosen@example.com'],
      phones: [],
      description: null,
    });
    expect(contactDataSchema.partial().safeParse(object?.fields).success).toBe(true);
  });

  it('is gone when the event says so, though the object in it does not', () => {
    const [object] = parse(eventJson('customer.deleted', customerJson())).objects;
    expect(object).toMatchObject({ deleted: true, externalId: 'cus_NffrFeUfNV2Hib', fields: {} });
  });

  it('keeps a field that the event does not show', () => {
    const { phone: _, ...without } = customerJson();
    const [object] = parse(eventJson('customer.updated', without)).objects;
    expect(object?.fields).not.toHaveProperty('phones');
  });
});

describe('what is not taken in', () => {
  it.each([
    ['another type', eventJson('invoice.paid', { id: 'in_1' })],
    ['a part of a customer', eventJson('customer.subscription.updated', { id: 'sub_1' })],
    [
      'an account connected to this one',
      eventJson('customer.created', customerJson(), { account: 'acct_other' }),
    ],
    ['an object that cannot be read', eventJson('customer.created', { id: 7 })],
    ['no event at all', { type: 'customer.created' }],
  ])('%s is kept and marked', (_what, payload) => {
    const parsed = parse(payload);
    expect(parsed).toMatchObject({ kind: 'unknown', objects: [], refetch: [] });
    expect(parsed.summary).not.toBe('');
  });

  it('no JSON object makes it throw', () => {
    const anything = fc.dictionary(fc.string(), fc.jsonValue());
    const nearly = fc
      .tuple(fc.constantFrom(...stripe.manifest.webhook.events), fc.jsonValue())
      .map(([type, object]) => eventJson(type, object));
    fc.assert(
      fc.property(fc.oneof(anything, nearly), (payload) => {
        expect(() => parse({ ...payload })).not.toThrow();
      }),
    );
  });
});
