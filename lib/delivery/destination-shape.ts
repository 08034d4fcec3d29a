import { z } from 'zod';
import { filterSchema } from './filter-shape.ts';
import { destinationKinds } from './subscription-shape.ts';

/** How many of its latest deliveries a subscription is judged by. */
export const recentDeliveries = 500;

/** How a destination is, beside its subscription: what all workers know of it. */
export const destinationHealthSchema = z.object({
  subscription_id: z.uuid(),
  /** closed: it is asked as usual. open: it is left alone. half_open: one call tries. */
  breaker: z.object({
    state: z.enum(['closed', 'open', 'half_open']),
    since: z.iso.datetime().nullable(),
    retry_at: z.iso.datetime().nullable(),
    faults: z.number().int(),
    cause: z.string().nullable(),
  }),
  /** It asked to be left alone until then. */
  rest_until: z.iso.datetime().nullable(),
  /** Until then the secret before the present one is signed with too. */
  previous_secret_until: z.iso.datetime().nullable(),
  /** Of its latest deliveries that were tried, how many arrived. */
  recent: z.object({ delivered: z.number().int(), tried: z.number().int() }),
});
export type DestinationHealth = z.infer<typeof destinationHealthSchema>;

/** What somebody is about to save, looked at before. */
export const draftSchema = z.strictObject({
  kind: z.enum(destinationKinds),
  filter: filterSchema.default({}),
  url: z.string().max(2_000).optional(),
  template: z.string().max(4_000).optional(),
});
export type Draft = z.infer<typeof draftSchema>;

export const draftPreviewSchema = z.object({
  /** What the guard of outgoing calls says of the address; null when it may be called, or none is given. */
  url_fault: z.string().nullable(),
  template_fault: z.string().nullable(),
  /** Of so many latest changes, how many the filter lets through. */
  looked_at: z.number().int(),
  matching: z.number().int(),
  /** Of the latest that it lets through: the message, or the body of the webhook. */
  sample: z
    .object({ title: z.string().nullable(), text: z.string().nullable(), body: z.unknown() })
    .nullable(),
});
export type DraftPreview = z.infer<typeof draftPreviewSchema>;

/** What a delivery says: the body of a webhook, or the text of a message. As it would go out now. */
export const deliveryContentSchema = z.object({
  text: z.string().nullable(),
  body: z.unknown(),
});
export type DeliveryContent = z.infer<typeof deliveryContentSchema>;
