import { toStorableJson } from '#lib/connectors/protocol/index';
import type { Json, JsonObject } from '#lib/core/index';
import type { PaymentState } from '#lib/kinds/index';
import { type Charge, idOf, type Payment, paymentSchema } from './schema.ts';
import { asObject, dashboardUrl, faulty, isoOf, type Mapped, type Sighting } from './sighting.ts';

/** A PaymentIntent in the hub's words. Never throws, whatever it is handed. */
export function fromPayment(
  value: unknown,
  seen: Sighting,
  /** Set where it is known that nothing of it has been paid back yet: the event that it succeeded. */
  news?: { succeededAt: number },
): Mapped {
  const raw = asObject(value);
  const read = paymentSchema.safeParse(raw);
  if (!read.success) {
    const first = read.error.issues[0];
    const where = first?.path.join('.') || 'the object';
    return faulty(raw, 'payment', `${where}: ${first?.message ?? 'cannot be read'}`);
  }
  const payment = read.data;
  const url = dashboardUrl(payment.livemode, `payments/${payment.id}`);
  return {
    is: 'object',
    object: toStorableJson({
      externalId: payment.id,
      externalKey: null,
      url,
      rank: seen.rank,
      rankIsExact: false,
      updatedAt: seen.updatedAt ?? isoOf(latestSecond(payment) * 1_000),
      fields: toFields(payment, url, news),
      deleted: false,
      raw: raw ?? {},
    }),
  };
}

/** A field that Stripe did not show is not observed, and never read as empty. */
function toFields(
  payment: Payment,
  url: string | null,
  news?: { succeededAt: number },
): JsonObject {
  const charge = chargeOf(payment);
  const isPaid = payment.status === 'succeeded';
  const paidAt = charge?.created ?? news?.succeededAt;
  const fields: Record<string, Json | undefined> = {
    // A capture may be for less than was asked.
    amount: isPaid ? (payment.amount_received ?? payment.amount) : payment.amount,
    refunded: charge?.amount_refunded ?? (news || !isPaid ? 0 : undefined),
    currency: payment.currency,
    state: toState(payment, charge, news !== undefined),
    raw_state: payment.status.slice(0, 80),
    customer:
      payment.customer === undefined ? undefined : payment.customer && idOf(payment.customer),
    description: payment.description === undefined ? undefined : payment.description || null,
    paid_at: isPaid ? (paidAt === undefined ? undefined : isoOf(paidAt * 1_000)) : null,
    url: url ?? undefined,
    created_at: isoOf(payment.created * 1_000),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

/** What was paid back stands in the charge alone: without it a paid payment's state is not known. */
function toState(
  payment: Payment,
  charge: Charge | null,
  hasJustSucceeded: boolean,
): PaymentState | undefined {
  switch (payment.status) {
    case 'succeeded':
      if (charge?.refunded) return 'refunded';
      if ((charge?.amount_refunded ?? 0) > 0) return 'partly_refunded';
      return charge || hasJustSucceeded ? 'succeeded' : undefined;
    case 'canceled':
      return 'cancelled';
    case 'requires_payment_method':
      return payment.last_payment_error ? 'failed' : 'pending';
    case 'requires_confirmation':
    case 'requires_action':
    case 'requires_capture':
    case 'processing':
      return 'pending';
    default:
      // One this code has never heard of: kept in raw_state, not guessed.
      return undefined;
  }
}

const chargeOf = ({ latest_charge: charge }: Payment): Charge | null =>
  typeof charge === 'object' && charge !== null ? charge : null;

const latestSecond = (payment: Payment): number =>
  Math.max(payment.created, payment.canceled_at ?? 0, chargeOf(payment)?.created ?? 0);
