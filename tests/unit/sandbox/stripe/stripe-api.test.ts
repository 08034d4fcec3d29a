import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, itemsOf, openStripe, type StripeHarness } from './stripe-harness.ts';

let stripe: StripeHarness;
beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.sandbox.dispose());

const create = (form: Record<string, string> = {}) =>
  stripe.call('POST', '/v1/customers', { name: 'Ada Lovelace', ...form });
const eventsOf = async (type: string) =>
  itemsOf(await stripe.call('GET', `/v1/events?limit=100&type=${type}`));

describe('keys', () => {
  it('none, an unknown one and a rolled one are refused', async () => {
    const asked = async (headers: Record<string, string>) =>
      stripe.call('GET', '/v1/customers', undefined, headers);
    expect(errorOf(await asked({ authorization: '' }))['message']).toMatch(
      /did not provide an API key/,
    );
    const wrong = await asked({ authorization: 'Bearer sk_test_wrong' });
    expect([wrong.status, errorOf(wrong)['type']]).toEqual([401, 'invalid_request_error']);
    const made = await stripe.control.call<{ secret: string }>('POST', '/keys');
    const mine = { authorization: `Bearer ${made.secret}` };
    expect((await asked(mine)).status).toBe(200);
    await stripe.control.call('POST', '/keys/revoke', { secret: made.secret });
    expect(errorOf(await asked(mine))['code']).toBe('api_key_expired');
    const basic = { authorization: `Basic ${btoa(`${stripe.key}:`)}` };
    expect((await asked(basic)).status).toBe(200);
  });

  it('a restricted one reads, and not even its own account', async () => {
    const mine = { authorization: `Bearer ${stripe.readKey}` };
    expect((await stripe.call('GET', '/v1/customers', undefined, mine)).status).toBe(200);
    const account = await stripe.call('GET', '/v1/account', undefined, mine);
    expect(account.status).toBe(403);
    expect(errorOf(account)['message']).toMatch(/on account 'acct_\w+'/);
    expect((await stripe.call('POST', '/v1/customers', { name: 'x' }, mine)).status).toBe(403);
  });
});

describe('what a call must look like', () => {
  it.each([
    ['an unknown version', {}, { 'stripe-version': '2019-01-01' }, /Invalid Stripe API version/],
    ['an unknown parameter', { emails: 'a' }, {}, /Received unknown parameter: emails/],
    ['an address that is none', { email: 'nobody' }, {}, /Invalid email address: nobody/],
    ['a name too long', { name: 'x'.repeat(257) }, {}, /at most 256 characters/],
    ['an unknown expansion', { 'expand[0]': 'sources' }, {}, /cannot be expanded \(sources\)/],
  ])('%s is refused', async (_what, form, headers, words) => {
    const asked = await stripe.call('POST', '/v1/customers', form, headers);
    expect(asked.status).toBe(400);
    expect(errorOf(asked)['message']).toMatch(words);
    expect(asked.headers.get('request-id')).toMatch(/^req_/);
  });

  it('JSON is not taken', async () => {
    const response = await fetch(`${stripe.apiUrl}/v1/customers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stripe.key}`, 'content-type': 'application/json' },
      body: '{"name":"x"}',
    });
    expect(response.status).toBe(400);
  });

  it('an address that is not there is 404', async () => {
    expect((await stripe.call('GET', '/v1/nothing')).status).toBe(404);
    const gone = await stripe.call('GET', '/v1/customers/cus_nobody');
    expect([gone.status, errorOf(gone)['code']]).toEqual([404, 'resource_missing']);
  });
});

describe('lists', () => {
  it.each(['0', '101', 'ten', '-1'])('no limit of %s', async (limit) => {
    expect((await stripe.call('GET', `/v1/customers?limit=${limit}`)).status).toBe(400);
  });

  it('turn forwards and backwards, the newest first', async () => {
    const all = itemsOf(await stripe.call('GET', '/v1/payment_intents?limit=100'));
    const created = all.map((item) => Number(item['created']));
    expect(created).toEqual([...created].sort((a, b) => b - a));
    const first = await stripe.call('GET', '/v1/payment_intents?limit=3');
    expect(first.json['has_more']).toBe(true);
    const edge = String(itemsOf(first)[2]?.['id']);
    const second = await stripe.call('GET', `/v1/payment_intents?limit=3&starting_after=${edge}`);
    expect(itemsOf(second)).toEqual(all.slice(3, 6));
    const back = String(itemsOf(second)[2]?.['id']);
    const before = await stripe.call('GET', `/v1/payment_intents?limit=2&ending_before=${back}`);
    expect(itemsOf(before)).toEqual(all.slice(3, 5));
    expect(before.json['has_more']).toBe(true);
    const rest = await stripe.call(
      'GET',
      `/v1/payment_intents?limit=100&starting_after=${String(all[17]?.['id'])}`,
    );
    expect([itemsOf(rest).length, rest.json['has_more']]).toEqual([2, false]);
  });

  it('know ranges of time and refuse an edge that is not there', async () => {
    const [, second] = itemsOf(await stripe.call('GET', '/v1/customers?limit=2'));
    const query = `/v1/customers?limit=100&created[gte]=${String(second?.['created'])}`;
    expect(itemsOf(await stripe.call('GET', query)).length).toBeLessThanOrEqual(3);
    const bad = await stripe.call('GET', '/v1/customers?starting_after=cus_nobody');
    expect(errorOf(bad)).toMatchObject({ code: 'resource_missing', param: 'starting_after' });
  });
});

describe('a customer', () => {
  it('changes with an event that says what was before; no change, no event', async () => {
    const { json } = await create({ email: 'ada@example.com', 'metadata[crm]': '7' });
    const id = String(json['id']);
    const updated = async () =>
      (await eventsOf('customer.updated')).filter(
        (event) => (event['data'] as { object: { id: string } }).object.id === id,
      );
    await stripe.call('POST', `/v1/customers/${id}`, { email: '' });
    await stripe.call('POST', `/v1/customers/${id}`, { email: '' });
    const events = await updated();
    expect(events).toHaveLength(1);
    expect(events[0]?.['data']).toMatchObject({
      object: { email: null, metadata: { crm: '7' } },
      previous_attributes: { email: 'ada@example.com' },
    });
  });

  it('that was deleted is an id, takes no change and is in no list', async () => {
    const id = String((await create()).json['id']);
    await stripe.call('DELETE', `/v1/customers/${id}`);
    expect((await stripe.call('GET', `/v1/customers/${id}`)).json).toEqual({
      id,
      object: 'customer',
      deleted: true,
    });
    expect((await stripe.call('POST', `/v1/customers/${id}`, { name: 'x' })).status).toBe(404);
    const listed = itemsOf(await stripe.call('GET', '/v1/customers?limit=100'));
    expect(listed.map((item) => item['id'])).not.toContain(id);
    expect(await eventsOf('customer.deleted')).toHaveLength(1);
  });
});

describe('a payment', () => {
  const pay = (more: Record<string, string> = {}) =>
    stripe.call('POST', '/v1/payment_intents', {
      amount: '2500',
      currency: 'eur',
      confirm: 'true',
      payment_method: 'pm_card_visa',
      ...more,
    });

  it('is paid, described and paid back in parts; nobody hears of the description', async () => {
    const made = await pay();
    const id = String(made.json['id']);
    expect(made.json).toMatchObject({ status: 'succeeded', amount_received: 2500 });
    const before = (await eventsOf('*')).length;
    const described = await stripe.call('POST', `/v1/payment_intents/${id}`, {
      description: 'Pump',
      'expand[0]': 'latest_charge',
    });
    expect(described.json).toMatchObject({
      description: 'Pump',
      latest_charge: { object: 'charge', amount_refunded: 0 },
    });
    expect((await eventsOf('*')).length).toBe(before);
    const refund = (amount: string) =>
      stripe.call('POST', '/v1/refunds', { payment_intent: id, amount });
    expect((await refund('1000')).json).toMatchObject({ status: 'succeeded' });
    expect(errorOf(await refund('2000'))['param']).toBe('amount');
    expect((await refund('1500')).status).toBe(200);
    expect(errorOf(await refund('1'))['code']).toBe('charge_already_refunded');
    const [last] = await eventsOf('charge.refunded');
    expect(last?.['data']).toMatchObject({ object: { amount_refunded: 2500, refunded: true } });
  });

  it('that is declined is 402 and stays open', async () => {
    const declined = await pay({ payment_method: 'pm_card_visa_chargeDeclined' });
    expect(declined.status).toBe(402);
    expect(errorOf(declined)).toMatchObject({
      type: 'card_error',
      code: 'card_declined',
      payment_intent: { status: 'requires_payment_method' },
    });
    expect(await eventsOf('payment_intent.payment_failed')).toHaveLength(1);
  });

  it('takes no other amount once it is paid', async () => {
    const id = String((await pay()).json['id']);
    const asked = await stripe.call('POST', `/v1/payment_intents/${id}`, { amount: '1' });
    expect(errorOf(asked)['code']).toBe('payment_intent_unexpected_state');
  });
});

describe('idempotency keys', () => {
  const under = (key: string, form: Record<string, string>) =>
    stripe.call('POST', '/v1/customers', form, { 'idempotency-key': key });

  it('give the first answer again and do it once', async () => {
    const [first, again] = [
      await under('key-1', { name: 'Grace' }),
      await under('key-1', { name: 'Grace' }),
    ];
    expect(again.json).toEqual(first.json);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await under('key-2', { name: 'Grace' });
    expect(other.json['id']).not.toBe(first.json['id']);
  });

  it('belong to their parameters; a refusal for form is not kept', async () => {
    await under('key-3', { name: 'One' });
    const changed = await under('key-3', { name: 'Two' });
    expect([changed.status, errorOf(changed)['type']]).toEqual([400, 'idempotency_error']);
    expect((await under('key-4', { email: 'bad' })).status).toBe(400);
    expect((await under('key-4', { email: 'good@example.com' })).status).toBe(200);
  });
});

it('too many calls a second are 429', async () => {
  const narrow = await openStripe({ callsPerSecond: 3 });
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => (await narrow.call('GET', '/v1/account')).status),
  );
  expect(statuses).toContain(429);
  await narrow.sandbox.dispose();
});
