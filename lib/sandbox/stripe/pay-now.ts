import type { Call } from './call.ts';
import { emitEvent } from './emit-event.ts';
import { invalid, missing, StripeError } from './stripe-error.ts';
import { newId, nowSeconds, type ObjectRow, type Shape } from './world.ts';

const goodCards: readonly string[] = ['pm_card_visa', 'pm_card_mastercard', 'pm_card_amex'];
const badCards: Readonly<Record<string, string>> = {
  pm_card_visa_chargeDeclined: 'generic_decline',
  pm_card_chargeDeclinedInsufficientFunds: 'insufficient_funds',
};

/** Stripe's test cards: some are taken, some declined (402). https://docs.stripe.com/testing */
export function payNow(call: Call, row: ObjectRow, method: string | undefined): void {
  if (method === undefined) {
    throw invalid('You cannot confirm this PaymentIntent because it’s missing a payment method.', {
      code: 'payment_intent_unexpected_state',
    });
  }
  const decline = Object.hasOwn(badCards, method) ? badCards[method] : undefined;
  if (decline !== undefined) throw declined(call, row, decline);
  if (!goodCards.includes(method)) throw missing('PaymentMethod', method, 'payment_method', 400);
  const { world } = call;
  const created = nowSeconds(world);
  const id = newId('ch');
  const charge = bareCharge(id, created, row.object);
  const object = {
    ...row.object,
    status: 'succeeded',
    amount_received: row.object['amount'],
    latest_charge: id,
    last_payment_error: null,
    payment_method: newId('pm'),
  };
  world.tables.charges.insert({ key: id, object: charge });
  world.tables.payments.update(row.id, { object });
  emitEvent(call, 'charge.succeeded', charge);
  emitEvent(call, 'payment_intent.succeeded', object);
}

function declined(call: Call, row: ObjectRow, decline: string): StripeError {
  const facts = {
    type: 'card_error' as const,
    code: 'card_declined',
    decline_code: decline,
    message: 'Your card was declined.',
  };
  const object = { ...row.object, status: 'requires_payment_method', last_payment_error: facts };
  call.world.tables.payments.update(row.id, { object });
  emitEvent(call, 'payment_intent.payment_failed', object);
  return new StripeError(402, { ...facts, payment_intent: object });
}

/** https://docs.stripe.com/api/charges/object */
export const bareCharge = (id: string, created: number, payment: Shape): Shape => ({
  id,
  object: 'charge',
  amount: payment['amount'],
  amount_captured: payment['amount'],
  amount_refunded: 0,
  captured: true,
  created,
  currency: payment['currency'],
  customer: payment['customer'],
  description: payment['description'],
  disputed: false,
  livemode: false,
  metadata: {},
  paid: true,
  payment_intent: payment['id'],
  receipt_email: null,
  refunded: false,
  status: 'succeeded',
});
