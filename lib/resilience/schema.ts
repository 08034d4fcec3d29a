import { z } from 'zod';

/** One of the named limits on requests that come in. */
export const inboundLimitSchema = z.object({
  name: z.string(),
  per: z.enum(['address', 'session', 'user', 'workspace', 'source']),
  about: z.string(),
  /** What holds while nobody chose otherwise, and what holds here. */
  usual: z.number().int(),
  limit: z.number().int(),
  window_seconds: z.number().int(),
  /** `asked`: every request asks the shared count; `told`: processes tell each other in parts. */
  counting: z.enum(['asked', 'told']),
  on_fault: z.enum(['closed', 'open']),
  /** Within what bounds an admin may choose one; null where nobody may. */
  chosen: z.object({ least: z.number().int(), most: z.number().int() }).nullable(),
});
export type InboundLimit = z.infer<typeof inboundLimitSchema>;

/** GET /inbound-limits */
export const inboundLimitsSchema = z.object({
  counted_in: z.enum(['memory', 'postgres', 'redis', 'upstash']),
  data: z.array(inboundLimitSchema),
});
export type InboundLimits = z.infer<typeof inboundLimitsSchema>;

/** What may be asked of one account now, over all workers. */
const budgetSchema = z.object({
  /** Calls that may go at once now, and at most; more come at `per_second`. */
  ready: z.number(),
  burst: z.number(),
  per_second: z.number(),
  /** Calls under way, and how many may be. */
  under_way: z.number().int(),
  concurrent: z.number().int(),
  /** The service's own count; null while it has not said one. */
  quota: z
    .object({ limit: z.number().int(), remaining: z.number().int(), reset_at: z.iso.datetime() })
    .nullable(),
  /** The service asked for silence until then. */
  paused_until: z.iso.datetime().nullable(),
  /** Calls that wait for their turn, by who asks; the first goes first. */
  waiting: z.object({
    edit: z.number().int(),
    refetch: z.number().int(),
    poll: z.number().int(),
    backfill: z.number().int(),
  }),
  calls: z.number().int(),
  calls_saved: z.number().int(),
});

const breakerSchema = z.object({
  state: z.enum(['closed', 'open', 'half_open']),
  /** Since when the service does not work; null while it does. */
  since: z.iso.datetime().nullable(),
  retry_at: z.iso.datetime().nullable(),
  /** Faults in a row. */
  faults: z.number().int(),
  cause: z.object({ code: z.string(), message: z.string() }).nullable(),
});

/** GET /system/limits: what holds calls to services back, connection by connection. */
export const limitsSchema = z.object({
  connections: z.array(
    z.object({
      id: z.uuid(),
      connector: z.string(),
      name: z.string(),
      status: z.string(),
      /** Null before the first call. */
      budget: budgetSchema.nullable(),
      breaker: breakerSchema,
    }),
  ),
  /** Places of one connection in one worker. */
  bulkheads: z.array(
    z.object({
      name: z.string(),
      lanes: z.array(z.string()),
      at_once: z.number().int(),
      waiting: z.number().int(),
    }),
  ),
  /** Of one call: from the first byte sent to the last one read, and how often it is made at most. */
  call: z.object({ timeout_ms: z.number().int(), attempts: z.number().int() }),
});
export type Limits = z.infer<typeof limitsSchema>;
export type ConnectionLimits = Limits['connections'][number];
