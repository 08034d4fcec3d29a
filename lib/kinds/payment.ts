import { z } from 'zod';
import { limits } from '#lib/core/index';
import { foreignId, link, moment } from './shapes.ts';

export const paymentStates = [
  'pending',
  'succeeded',
  'failed',
  'cancelled',
  'refunded',
  'partly_refunded',
] as const;
export type PaymentState = (typeof paymentStates)[number];

/**
 * Money that moved or was to move. `amount` and `refunded` are in the currency's minor unit (cents; for
 * JPY the yen itself); `currency` is ISO 4217 in lower case. `customer` is the service's own id.
 */
export const paymentDataSchema = z.object({
  amount: z.number().int(),
  refunded: z.number().int().nonnegative(),
  currency: z
    .string()
    .regex(/^[a-z]{3}$/)
    .nullable(),
  state: z.enum(paymentStates),
  raw_state: z.string().max(80).nullable(),
  customer: foreignId.nullable(),
  description: z.string().max(limits.bodyChars).nullable(),
  paid_at: moment.nullable(),
  url: link,
  created_at: moment.nullable(),
});
export type PaymentData = z.infer<typeof paymentDataSchema>;
