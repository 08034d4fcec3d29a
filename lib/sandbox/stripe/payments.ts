import { z } from 'zod';
import type { Call } from './call.ts';
import { mergedMetadata } from './customers.ts';
import { emitEvent } from './emit-event.ts';
import { expand } from './expand.ts';
import { listObjects, listParams, requireRow } from './list-objects.ts';
import { payNow } from './pay-now.ts';
import { integer, listOf, metadata, readParams, text } from './read-form.ts';
import { invalid, missing, type StripeError } from './stripe-error.ts';
import { newId, nowSeconds, type ObjectRow, type Shape, type StripeWorld } from './world.ts';

const currencies = ['usd', 'eur', 'gbp', 'jpy', 'chf', 'sek'] as const;
const amount = integer(1, 99_999_999);
const currency = z
  .string()
  .refine((value) => currencies.some((known) => known === value.toLowerCase()), {
    error: (issue) =>
      `Invalid currency: ${String(issue.input).slice(0, 10)}. Stripe currently supports these currencies: ${currencies.join(', ')}`,
  });
const common = {
  customer: z.string().optional(),
  description: text(1_000).optional(),
  metadata: metadata.optional(),
  payment_method: z.string().optional(),
  expand: listOf(20).optional(),
};
const createSchema = z.strictObject({
  ...common,
  amount,
  currency,
  confirm: z.enum(['true', 'false']).optional(),
});
const updateSchema = z.strictObject({
  ...common,
  amount: amount.optional(),
  currency: currency.optional(),
});
const listSchema = z.strictObject({ ...listParams, customer: z.string().optional() });
const confirmSchema = z.strictObject({
  payment_method: common.payment_method,
  expand: common.expand,
});
const cancelSchema = z.strictObject({
  cancellation_reason: z
    .enum(['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'])
    .optional(),
  expand: common.expand,
});

export function listPayments(call: Call): Shape {
  const { world } = call;
  const params = readParams(listSchema, call.form);
  return listObjects(world, params, {
    path: '/v1/payment_intents',
    what: 'payment_intent',
    table: world.tables.payments,
    keep: (object) => params.customer === undefined || object['customer'] === params.customer,
  });
}

export function createPayment(call: Call): Shape {
  const { world } = call;
  const params = readParams(createSchema, call.form);
  requireCustomer(world, params.customer);
  const id = newId('pi');
  const object: Shape = {
    ...barePayment(id, nowSeconds(world), params.amount, params.currency.toLowerCase()),
    customer: params.customer ?? null,
    description: params.description || null,
    metadata: mergedMetadata({}, params.metadata ?? {}),
    status: params.payment_method ? 'requires_confirmation' : 'requires_payment_method',
  };
  const row = world.tables.payments.insert({ key: id, object });
  emitEvent(call, 'payment_intent.created', object);
  if (params.confirm === 'true') payNow(call, row, params.payment_method);
  return shown(world, row.id, params.expand);
}

/** What may change depends on how far the money is. There is no event for it: Stripe has none. */
export function updatePayment(call: Call, id: string): Shape {
  const { world } = call;
  const params = readParams(updateSchema, call.form);
  const row = requireRow(found(world, id));
  const { status } = row.object;
  const isOver = status === 'succeeded' || status === 'canceled';
  const frozen = (['amount', 'currency', 'customer', 'payment_method'] as const).filter(
    (name) => params[name] !== undefined,
  );
  if (isOver && frozen.length > 0) {
    throw unexpectedState(
      `This PaymentIntent's ${frozen[0]} could not be updated because it has a status of ${String(status)}.`,
    );
  }
  requireCustomer(world, params.customer);
  const object = structuredClone(row.object);
  if (params.description !== undefined) object['description'] = params.description || null;
  if (params.metadata) object['metadata'] = mergedMetadata(object['metadata'], params.metadata);
  if (params.amount !== undefined) object['amount'] = params.amount;
  if (params.currency !== undefined) object['currency'] = params.currency.toLowerCase();
  if (params.customer !== undefined) object['customer'] = params.customer;
  world.tables.payments.update(row.id, { object });
  return shown(world, row.id, params.expand);
}

export function confirmPayment(call: Call, id: string): Shape {
  const params = readParams(confirmSchema, call.form);
  const row = requireRow(found(call.world, id));
  const { status } = row.object;
  if (status !== 'requires_payment_method' && status !== 'requires_confirmation') {
    throw unexpectedState(
      `You cannot confirm this PaymentIntent because it has a status of ${String(status)}.`,
    );
  }
  payNow(call, row, params.payment_method);
  return shown(call.world, row.id, params.expand);
}

export function cancelPayment(call: Call, id: string): Shape {
  const { world } = call;
  const params = readParams(cancelSchema, call.form);
  const row = requireRow(found(world, id));
  const { status } = row.object;
  if (status === 'succeeded' || status === 'canceled') {
    throw unexpectedState(
      `You cannot cancel this PaymentIntent because it has a status of ${String(status)}.`,
    );
  }
  const object = {
    ...row.object,
    status: 'canceled',
    canceled_at: nowSeconds(world),
    cancellation_reason: params.cancellation_reason ?? null,
  };
  world.tables.payments.update(row.id, { object });
  emitEvent(call, 'payment_intent.canceled', object);
  return shown(world, row.id, params.expand);
}

/** https://docs.stripe.com/api/payment_intents/object */
export const barePayment = (id: string, created: number, value: number, money: string): Shape => ({
  id,
  object: 'payment_intent',
  amount: value,
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: 'automatic_async',
  client_secret: `${id}_secret_sandbox`,
  confirmation_method: 'automatic',
  created,
  currency: money,
  customer: null,
  description: null,
  last_payment_error: null,
  latest_charge: null,
  livemode: false,
  metadata: {},
  next_action: null,
  on_behalf_of: null,
  payment_method: null,
  payment_method_types: ['card'],
  processing: null,
  receipt_email: null,
  setup_future_usage: null,
  shipping: null,
  statement_descriptor: null,
  status: 'requires_payment_method',
  transfer_data: null,
  transfer_group: null,
});

const found = (world: StripeWorld, id: string) => ({
  table: world.tables.payments,
  id,
  what: 'payment_intent',
  param: 'intent',
});

function shown(world: StripeWorld, rowId: number, names: string[] | undefined): Shape {
  const row: ObjectRow | undefined = world.tables.payments.get(rowId);
  if (!row) throw missing('payment_intent', String(rowId), 'intent');
  return expand(world, row.object, names ?? []);
}

function requireCustomer(world: StripeWorld, id: string | undefined): void {
  if (id === undefined) return;
  const customer = world.tables.customers.findOneBy('key', id);
  if (!customer || customer.object['deleted'] === true)
    throw missing('customer', id, 'customer', 400);
}

const unexpectedState = (message: string): StripeError =>
  invalid(message, { code: 'payment_intent_unexpected_state' });
