import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox } from '#lib/sandbox/index';
import { options, temporaryDirectory } from '../sandbox-harness.ts';
import { itemsOf, openStripe, type StripeHarness } from './stripe-harness.ts';

let stripe: StripeHarness;
beforeAll(async () => {
  stripe = await openStripe();
});
afterAll(() => stripe.sandbox.dispose());

const send = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(stripe.url + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
    headers,
  });

it('shows the key, the customers and the payments', async () => {
  expect(await (await fetch(stripe.url)).text()).toContain(stripe.key);
  const [customer] = itemsOf(await stripe.call('GET', '/v1/customers?limit=1'));
  const list = await (await fetch(`${stripe.url}/customers`)).text();
  expect(list).toContain(`/sandbox/stripe/customers/${String(customer?.['id'])}`);
  const [payment] = itemsOf(await stripe.call('GET', '/v1/payment_intents?limit=1'));
  for (const path of ['/payments', `/payments/${String(payment?.['id'])}`]) {
    expect((await fetch(stripe.url + path)).status, path).toBe(200);
  }
  expect((await fetch(`${stripe.url}/customers/cus_nobody`)).status).toBe(404);
});

it('what a person does there is done as by a call, and refused as one', async () => {
  const made = await send('/customers', { name: 'By hand', email: '' });
  const path = String(made.headers.get('location'));
  const id = path.split('/').at(-1) ?? '';
  expect((await stripe.call('GET', `/v1/customers/${id}`)).json['name']).toBe('By hand');
  const refused = await send(`/customers/${id}`, { email: 'nobody' });
  expect([refused.status, await refused.text()]).toEqual([
    422,
    expect.stringContaining('Invalid email address'),
  ]);
  const paid = await send(`/customers/${id}/payments`, {
    amount: '1200',
    currency: 'eur',
    description: '',
    payment_method: 'pm_card_visa',
  });
  const payment = String(paid.headers.get('location')).split('/').at(-1) ?? '';
  const back = await send(`/payments/${payment}/refund`, { amount: '' });
  expect(back.headers.get('location')).toBe(`/sandbox/stripe/payments/${payment}`);
  const read = await stripe.call('GET', `/v1/payment_intents/${payment}?expand[]=latest_charge`);
  expect(read.json).toMatchObject({ customer: id, latest_charge: { refunded: true } });
  const [event] = itemsOf(await stripe.call('GET', '/v1/events?type=charge.refunded'));
  expect(event?.['request']).toEqual({ id: null, idempotency_key: null });
});

it('takes no form of another site', async () => {
  const asked = await send('/customers', { name: 'x' }, { origin: 'https://elsewhere.test' });
  expect(asked.status).toBe(403);
});

it('writes what people typed as text', async () => {
  await send('/customers', { name: '<img src=x onerror=1>' });
  const page = await (await fetch(`${stripe.url}/customers`)).text();
  expect(page).toContain('&lt;img src=x onerror=1&gt;');
});

it('keeps everything over a restart', async () => {
  const dataDir = await temporaryDirectory();
  const first = await startSandbox(options(dataDir));
  const before = await first.at('stripe').control.call<unknown>('GET', '/objects/customers');
  const keys = await first.at('stripe').control.call<unknown>('GET', '/keys');
  await first.close();
  const second = await startSandbox(options(dataDir));
  expect(await second.at('stripe').control.call('GET', '/objects/customers')).toEqual(before);
  expect(await second.at('stripe').control.call('GET', '/keys')).toEqual(keys);
  await second.close();
  await rm(dataDir, { recursive: true, force: true });
});
