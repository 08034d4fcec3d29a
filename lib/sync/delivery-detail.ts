import type { StreamDelivery } from './sync-deps.ts';

/** For people: why a stream is polled, at most 1,000 characters; null with webhooks. */
export const deliveryDetail = (arrives: StreamDelivery, pollMs: number): string | null =>
  arrives.delivery === 'poll'
    ? `polling every ${Math.round(pollMs / 1000)} s because ${arrives.reason}`.slice(0, 1000)
    : null;
