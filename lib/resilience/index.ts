/**
 * resilience: how the hub behaves when others are slow, wrong or asked too much.
 *
 * Invariants
 * - Decisions are pure functions over plain state; the clock and chance are handed in.
 * - What may be asked of an account, and whether its service is left alone, is one row for all workers:
 *   together they never ask more than the service allows, and one of them tries for all. What is
 *   under way counts, so a slow call and a worker that died never add up to too much.
 * - A call is repeated only when its caller says that it may be; a wait the service named wins over
 *   our own; a long wait is handed back instead of slept.
 * - What is known of a service's clock has bounds; where its answers contradict each other they widen.
 * - A cache holds JSON of declared topics under its workspace, never a secret; what is marked (markTags,
 *   in the transaction of the fact) is not shown again. Of all processes one loads a key at a time.
 * - An inbound limit whose store cannot be asked refuses, unless its owner chose otherwise. One that is
 *   counted in passing (SharedCount) never waits: processes tell each other their counts in parts.
 */
import 'server-only';

export { addressKey } from './address-key.ts';
export { createBatch } from './batch.ts';
export { type Breaker, type BreakerStore, createBreaker, isResting } from './breaker.ts';
export { memoryBreaker } from './breaker-memory.ts';
export type { BreakerState } from './breaker-state.ts';
export { type BreakerShelf, connectionBreakers, postgresBreaker } from './breaker-store.ts';
export type { Budget, Ticket } from './budget.ts';
export { type BudgetStore, memoryBudget } from './budget-memory.ts';
export { type BudgetAt, postgresBudget } from './budget-store.ts';
export { type Bulkhead, bulkheadLimits, createBulkhead } from './bulkhead.ts';
export { type Cache, type CacheAt, type Cached, createCache } from './cache.ts';
export { type CacheBacking, cacheStore } from './cache-backing.ts';
export type { CacheFigure } from './cache-figures.ts';
export { dropOldCache, markTags } from './cache-store.ts';
export { type CacheTopic, cacheTopic } from './cache-topic.ts';
export { clockLimits, driftOf, sightOf } from './clock-state.ts';
export { postgresClock } from './clock-store.ts';
export { type InboundLimit, inboundLimit } from './inbound-limit.ts';
export {
  answerKey,
  dropOldAnswers,
  isKeepable,
  type KeptAnswers,
  postgresAnswers,
} from './kept-answers-store.ts';
export type { Lane } from './lane.ts';
export { type LimitBacking, type LimitPlace, openLimitBacking } from './limit-backing.ts';
export { type NamedVerdict, rateLimitHeaders } from './limit-headers.ts';
export { type AllowedRate, type Pace, paceOf } from './pace.ts';
export {
  type RateFacts,
  type RateHeaderNames,
  readAnswerRates,
} from './rate-headers.ts';
export { repeat } from './repeat.ts';
export { type ServiceClock, unwatchedClock, watchClock } from './service-clock.ts';
export { SharedCount } from './shared-count.ts';
export type { WindowVerdict } from './sliding-window.ts';
export { createBudget } from './worker-budget.ts';
