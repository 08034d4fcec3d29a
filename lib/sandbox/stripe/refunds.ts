import { z } from 'zod';
import type { Call } from './call.ts';
import { emitEvent } from './emit-event.ts';
import { integer, metadata, readParams } from './read-form.ts';
import { invalid, missing } from './stripe-error.ts';
import { newId, nowSeconds, type Shape } from './world.ts';

const createSchema = z.strictObject({
  payment_intent: z.string(),
  amount: integer(1, 99_999_999).optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  metadata: metadata.optional(),
});

/** Money goes back: the charge says so, the payment itself does not change. */
export function createRefund(call: Call): Shape {
  const { world } = call;
  const params = readParams(createSchema, call.form);
  const payment = world.tables.payments.findOneBy('key', params.payment_intent);
  if (!payment) throw missing('payment_intent', params.payment_intent, 'payment_intent', 400);
  const row = world.tables.charges.findOneBy('key', String(payment.object['latest_charge']));
  if (!row) {
    throw invalid(
      `This PaymentIntent (${payment.key}) does not have a successful charge to refund.`,
    );
  }
  const before = Number(row.object['amount_refunded']);
  const left = Number(row.object['amount']) - before;
  if (left === 0) {
    throw invalid(`Charge ${row.key} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  }
  const amount = params.amount ?? left;
  if (amount > left) {
    throw invalid(
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      {
        param: 'amount',
      },
    );
  }
  const charge = { ...row.object, amount_refunded: before + amount, refunded: amount === left };
  world.tables.charges.update(row.id, { object: charge });
  const refund: Shape = {
    id: newId('re'),
    object: 'refund',
    amount,
    charge: row.key,
    created: nowSeconds(world),
    currency: row.object['currency'],
    metadata: params.metadata ?? {},
    payment_intent: payment.key,
    reason: params.reason ?? null,
    status: 'succeeded',
  };
  world.tables.refunds.insert({ key: String(refund['id']), object: refund });
  emitEvent(call, 'refund.created', refund);
  emitEvent(call, 'charge.refunded', charge, row.object);
  return refund;
}
