import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually, openReceiver, type Receiver } from '../sandbox-harness.ts';
import { errorOf, openStripe, type StripeHarness } from './stripe-harness.ts';

let stripe: StripeHarness;
let receiver: Receiver;
beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.sandbox.dispose());
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => {
  const listed = await stripe.call('GET', '/v1/webhook_endpoints');
  for (const { id } of listed.json['data'] as { id: string }[]) {
    await stripe.call('DELETE', `/v1/webhook_endpoints/${id}`);
  }
  await receiver.close();
});

const register = (more: Record<string, string> = {}) =>
  stripe.call('POST', '/v1/webhook_endpoints', {
    url: receiver.url,
    'enabled_events[0]': 'customer.created',
    ...more,
  });

it('tells its secret once and signs with it', async () => {
  const made = await register();
  const secret = String(made.json['secret']);
  expect(secret).toMatch(/^whsec_/);
  const shown = await stripe.call('GET', `/v1/webhook_endpoints/${String(made.json['id'])}`);
  expect(shown.json).not.toHaveProperty('secret');
  await stripe.call('POST', '/v1/customers', { name: 'Ada' });
  await receiver.until((all) => all.length === 1);
  const [sent] = receiver.deliveries;
  const header = String(sent?.headers['stripe-signature']);
  const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})/.exec(header) ?? [];
  const expected = createHmac('sha256', secret)
    .update(`${t}.${sent?.body ?? ''}`)
    .digest('hex');
  expect(v1).toBe(expected);
  expect(Math.abs(Number(t) - Date.now() / 1000)).toBeLessThan(10);
  expect(sent?.payload).toMatchObject({
    object: 'event',
    type: 'customer.created',
    api_version: '2025-09-30.clover',
    data: { object: { name: 'Ada' } },
  });
});

it('sends the same event again until it is taken', async () => {
  await register();
  receiver.status = 500;
  await stripe.call('POST', '/v1/customers', { name: 'Ada' });
  await receiver.until((all) => all.length === 1);
  receiver.status = 200;
  await receiver.until((all) => all.length === 2);
  const ids = receiver.deliveries.map(({ payload }) => payload['id']);
  expect(new Set(ids).size).toBe(1);
  const isDone = async () => {
    const event = await stripe.call('GET', `/v1/events/${String(ids[0])}`);
    return event.json['pending_webhooks'] === 0;
  };
  await eventually(isDone);
});

it('gives up after the last try and goes on with the next event', async () => {
  await register();
  receiver.status = 503;
  await stripe.call('POST', '/v1/customers', { name: 'One' });
  await receiver.until((all) => all.length === 3);
  const pending = async () =>
    (await stripe.control.call<{ pendingDeliveries: number }>('GET', '/status')).pendingDeliveries;
  await eventually(async () => (await pending()) === 0);
  receiver.status = 200;
  await stripe.call('POST', '/v1/customers', { name: 'Two' });
  await receiver.until((all) => all.length === 4);
  const names = receiver.deliveries.map(
    ({ payload }) => (payload['data'] as { object: { name: string } }).object.name,
  );
  expect(names).toEqual(['One', 'One', 'One', 'Two']);
});

it('sends only what was asked for, and nothing to one that is off or gone', async () => {
  const other = await register({ 'enabled_events[0]': 'payment_intent.*' });
  expect(errorOf(other)['param']).toBe('enabled_events');
  const made = await register({ 'enabled_events[0]': 'customer.deleted' });
  await stripe.call('POST', '/v1/customers', { name: 'Unheard' });
  const all = await register();
  await stripe.call('POST', `/v1/webhook_endpoints/${String(made.json['id'])}`, {
    disabled: 'true',
  });
  await stripe.call('POST', '/v1/customers', { name: 'Heard' });
  await receiver.until((sent) => sent.length === 1);
  expect(receiver.deliveries[0]?.payload).toMatchObject({ data: { object: { name: 'Heard' } } });
  expect(all.json['status']).toBe('enabled');
});

it.each(['https://example.com/hook', 'ftp://127.0.0.1/x', 'nowhere'])(
  'delivers to this machine only: %s',
  async (url) => {
    expect(errorOf(await register({ url }))['code']).toBe('url_invalid');
  },
);

it('has room for sixteen', async () => {
  for (let n = 0; n < 16; n += 1) expect((await register()).status).toBe(200);
  expect((await register()).status).toBe(400);
});
