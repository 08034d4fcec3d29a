import { z } from 'zod';

export const linearSettingsSchema = z.strictObject({
  /** The same number gives the same issues. */
  random: z.int().default(4_711),
  /** Issues in the team ENG. */
  issues: z.int().min(0).max(20_000).default(190),
  /** Issues in the team OPS. */
  opsIssues: z.int().min(0).max(5_000).default(70),
  /** Linear: 24 hours. */
  accessSeconds: z.int().min(1).default(86_399),
  refreshSeconds: z.int().min(1).default(7_776_000),
  /** Linear tries again after a minute, an hour and six hours; tests cannot wait so long. */
  retryAfterMs: z.array(z.int().min(0)).max(5).default([60_000, 3_600_000, 21_600_000]),
});
export type LinearSettings = z.output<typeof linearSettingsSchema>;

/** Requests and complexity points an hour, for one person and app. */
export const limitsSchema = z.strictObject({
  requests: z.int().min(0).default(5_000),
  complexity: z.int().min(0).default(2_000_000),
});
export type LinearLimits = z.output<typeof limitsSchema>;
