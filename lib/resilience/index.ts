/**
 * resilience: how the hub behaves when others are slow, wrong or asked too much.
 *
 * Invariants
 * - Decisions are pure functions over plain state; the clock and chance are handed in.
 * - A call is repeated only when its caller says that it may be; a wait the service named wins over
 *   our own; a long wait is handed back instead of slept.
 * - A cache holds JSON of declared topics under its workspace, never a secret; what is marked (markTags,
 *   in the transaction of the fact) is not shown again. Of all processes one loads a key at a time.
 * - An inbound limit whose store cannot be asked refuses, unless its owner chose otherwise.
 */
import 'server-only';

export { type Breaker, createBreaker } from './breaker.ts';
export { type Budget, createBudget } from './budget.ts';
export { type Bulkhead, createBulkhead } from './bulkhead.ts';
export { type Cache, type CacheAt, type Cached, createCache } from './cache.ts';
export { type CacheBacking, cacheStore } from './cache-backing.ts';
export type { CacheFigure } from './cache-figures.ts';
export { dropOldCache, markTags } from './cache-store.ts';
export { type CacheTopic, cacheTopic } from './cache-topic.ts';
export { inboundLimit } from './inbound-limit.ts';
export type { Lane } from './lane.ts';
export { readRateHeaders } from './rate-headers.ts';
export { repeat } from './repeat.ts';
export type { WindowVerdict } from './sliding-window.ts';
