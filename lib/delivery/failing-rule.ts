import type { FailingFacts, JudgeFailing } from './sender.ts';

/** As long as nothing at all has got through, a destination is tried; then its subscription is disabled. */
export const failingMaxMs = 5 * 24 * 3_600_000;

/** Disables a subscription after five days of nothing but failure. */
export const judgeFailing: JudgeFailing = ({ failingSinceMs, nowMs, lastAttempt }: FailingFacts) =>
  nowMs - failingSinceMs < failingMaxMs
    ? null
    : {
        code: 'delivery.failing',
        reason: `Nothing could be delivered for 5 days. ${lastAttempt.reason ?? ''}`.trim(),
      };
