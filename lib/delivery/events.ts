import { z } from 'zod';
import type { EventBus } from '#lib/core/index';

const of = { workspace_id: z.uuid(), subscription_id: z.uuid() };

/** What the room tells the rest of its process. */
export const deliveryEvents = {
  /** Some that may go at once. */
  'delivery.made': z.strictObject({ ...of, count: z.int().positive() }),
  /** An attempt is over and written down. */
  'delivery.attempted': z.strictObject({
    ...of,
    delivery_id: z.uuid(),
    kind: z.string(),
    outcome: z.enum(['delivered', 'dead', 'failed', 'held', 'lost']),
    attempt: z.int().nonnegative(),
    is_replay: z.boolean(),
    ms: z.int().nonnegative(),
    /** Since the delivery was made. */
    age_ms: z.number().nonnegative(),
  }),
} as const;
export type DeliveryBus = EventBus<typeof deliveryEvents>;
