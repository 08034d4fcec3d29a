import { z } from 'zod';
import { limits } from '#lib/core/index';

/**
 * What is read of Stripe's objects: no more than the mapping needs, every other key passes through.
 * Values that may grow (a status) are text and not a list, so that a new one is no fault.
 */
const seconds = z.number().int().nonnegative();
const minorUnits = z.number().int();

/** A reference: the id, or the whole object where it was expanded. */
const reference = (prefix: RegExp) =>
  z.union([z.string().regex(prefix), z.looseObject({ id: z.string().regex(prefix) })]);

export const idOf = (value: string | { id: string }): string =>
  typeof value === 'string' ? value : value.id;

/** https://docs.stripe.com/api/charges/object */
export const chargeSchema = z.looseObject({
  id: z.string(),
  created: seconds.nullish(),
  status: z.string().nullish(),
  amount_refunded: minorUnits.nonnegative().nullish(),
  refunded: z.boolean().nullish(),
  payment_intent: reference(/^pi_\w{1,190}$/).nullish(),
});
export type Charge = z.infer<typeof chargeSchema>;

/** https://docs.stripe.com/api/payment_intents/object */
export const paymentSchema = z.looseObject({
  id: z.string().regex(/^pi_\w{1,190}$/),
  amount: minorUnits,
  amount_received: minorUnits.nullish(),
  currency: z.string().regex(/^[a-z]{3}$/),
  status: z.string(),
  customer: reference(/^\w{1,190}$/).nullish(),
  description: z.string().max(limits.bodyChars).nullish(),
  created: seconds,
  canceled_at: seconds.nullish(),
  livemode: z.boolean().nullish(),
  latest_charge: z.union([z.string(), chargeSchema]).nullish(),
  last_payment_error: z.looseObject({}).nullish(),
});
export type Payment = z.infer<typeof paymentSchema>;

/** https://docs.stripe.com/api/customers/object — of a deleted one only id and `deleted` are left. */
export const customerSchema = z.looseObject({
  id: z.string().regex(/^\w{1,190}$/),
  deleted: z.boolean().nullish(),
  name: z.string().max(limits.titleChars).nullish(),
  email: z.string().max(limits.setItemChars).nullish(),
  phone: z.string().max(limits.setItemChars).nullish(),
  description: z.string().max(limits.bodyChars).nullish(),
  created: seconds.nullish(),
  livemode: z.boolean().nullish(),
});
export type Customer = z.infer<typeof customerSchema>;

/** https://docs.stripe.com/api/events/object */
export const eventSchema = z.looseObject({
  id: z.string().regex(/^evt_\w{1,190}$/),
  type: z.string().max(200),
  created: seconds,
  /** Only on events of accounts that are connected to this one. */
  account: z.string().nullish(),
  data: z.looseObject({ object: z.record(z.string(), z.json()) }),
});
export type StripeEvent = z.infer<typeof eventSchema>;

/** https://docs.stripe.com/api/pagination */
export const listSchema = z.looseObject({ data: z.array(z.unknown()), has_more: z.boolean() });

/** https://docs.stripe.com/api/accounts/object */
export const accountSchema = z.looseObject({
  id: z.string().regex(/^acct_\w{1,190}$/),
  email: z.string().nullish(),
  business_profile: z.looseObject({ name: z.string().nullish() }).nullish().catch(null),
  settings: z
    .looseObject({
      dashboard: z.looseObject({ display_name: z.string().nullish() }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

export const endpointSchema = z.looseObject({
  id: z.string().regex(/^we_\w{1,190}$/),
  url: z.string(),
  status: z.string().nullish(),
  enabled_events: z.array(z.string()).nullish(),
  /** Told once, to whoever makes the endpoint. */
  secret: z.string().min(1).max(500).nullish(),
});

/** https://docs.stripe.com/api/errors */
export const errorBodySchema = z.looseObject({
  error: z.looseObject({
    type: z.string().nullish(),
    code: z.string().nullish(),
    decline_code: z.string().nullish(),
    param: z.string().nullish(),
    message: z.string().nullish(),
  }),
});
