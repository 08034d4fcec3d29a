import { z } from 'zod';

/** The longest stretch of one answer. */
const hoursMax = 24 * 31;

export const analyticsQuerySchema = z
  .strictObject({
    workspace_id: z.uuid().optional(),
    /** Whole hours that begin at or after `from` and before `to`; the last day without them. */
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional(),
    connection_id: z.uuid().optional(),
    /** kind: the connections of an hour added up, which keeps a large workspace's answer small. */
    by: z.enum(['connection', 'kind']).default('connection'),
  })
  .refine(
    ({ from, to }) => !from || !to || Date.parse(to) - Date.parse(from) <= hoursMax * 3_600_000,
    { error: `spans more than ${hoursMax} hours`, path: ['from'] },
  );
export type AnalyticsQuery = z.infer<typeof analyticsQuerySchema>;

const freshness = z.object({
  /** Changes that came by a webhook: from its arrival to the change. */
  count: z.number().int(),
  /** Milliseconds; p50 and p95 are the upper ends of the buckets they lie in. */
  mean: z.number().nullable(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  max: z.number().nullable(),
});
export const analyticsSchema = z.object({
  /** Everything up to this position is counted. */
  position: z.number().int(),
  data: z.array(
    z.object({
      hour: z.iso.datetime(),
      kind: z.string(),
      op: z.string(),
      connection_id: z.uuid().nullable(),
      changes: z.number().int(),
      freshness,
    }),
  ),
  total: z.object({ changes: z.number().int(), freshness }),
});
export type Analytics = z.infer<typeof analyticsSchema>;
