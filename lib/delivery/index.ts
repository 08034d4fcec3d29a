/**
 * delivery: telling others of changes. Subscriptions read the change log from a cursor of their own;
 * what their filter lets through becomes a delivery, and a delivery is sent until it is taken or given up.
 *
 * Invariants
 * - A cursor moves in the transaction that makes the deliveries up to it, and only from where it was
 *   read: each position is looked at exactly once, whoever dies where. A delivery goes out at least
 *   once; its id is the same on every attempt.
 * - Deliveries of one record to one subscription go one after the other, in the order of the log. One
 *   that fails holds back those of its own record only, until it is taken or given up.
 * - Whoever makes, takes or ends deliveries of a subscription holds that subscription's row, so a
 *   record's next delivery is let go exactly when the one before it is over.
 * - A subscription owes a bounded number of rows: the log is the buffer. Those of a workspace take
 *   turns, and so do workspaces; what waits at one delays no other.
 * - Senders are given by the composition root; no transaction is open while one runs.
 */
import 'server-only';

export {
  getDelivery,
  listDeliveries,
  redriveDeliveries,
  redriveDelivery,
  skipDelivery,
} from './act-on-deliveries.ts';
export { afterAttempt, attemptsMax, scheduleMs } from './after-attempt.ts';
export { alertDisabled } from './alert-disabled.ts';
export { countAttempts } from './count-attempts.ts';
export { type DeliverDeps, type Delivering, startDelivering } from './deliver.ts';
export { createDestinationGate } from './destination-gate.ts';
export { readPresentRecord } from './destination-store.ts';
export { type DeliveryBus, deliveryEvents } from './events.ts';
export { judgeFailing } from './failing-rule.ts';
export { type FanOutDeps, fanOut } from './fan-out.ts';
export { endPreviousSecret, selectHealth } from './health-store.ts';
export { deliveryLimits } from './limits.ts';
export { cancelReplay, listReplays, startReplay } from './manage-replays.ts';
export {
  changeSecret,
  changeSubscription,
  createSubscription,
  deleteSubscription,
  getSubscription,
  listSubscriptions,
} from './manage-subscriptions.ts';
export { type Candidate, matchesFilter } from './matches-filter.ts';
export { previewDraft, readContent } from './preview-draft.ts';
export { readAnalytics } from './read-analytics.ts';
export { type RetainDeps, retain } from './retain.ts';
export { subscriptionSecretShelf } from './secret-shelf-store.ts';
export { mailSender, sendDigests } from './send-mail-lines.ts';
export { type Announce, slackSender } from './send-slack.ts';
export { sendTestDelivery } from './send-test.ts';
export { webhookSender } from './send-webhook.ts';
export type {
  Destination,
  FailingFacts,
  JudgeFailing,
  OwedDelivery,
  Sender,
  SendOutcome,
} from './sender.ts';
export { subscriptionSecretField } from './sender.ts';
export type { DisabledNews } from './settle-attempt.ts';
export { workReplays } from './work-replays.ts';
