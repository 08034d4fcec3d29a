import { counter, histogram } from '#lib/observability/index';
import type { DeliveryBus } from './events.ts';

const attempts = counter('patchbay_delivery_attempts_total', 'Attempts to deliver, by outcome', [
  'kind',
  'outcome',
]);
const duration = histogram('patchbay_delivery_seconds', 'Time a destination took', ['kind']);
const freshness = histogram(
  'patchbay_delivery_freshness_seconds',
  'From the making of a delivery to its arrival, when the first attempt was taken',
  ['kind'],
  [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
);

/** The figures of deliveries, for /metrics. */
export function countAttempts(bus: DeliveryBus): void {
  bus.subscribe('delivery.attempted', ({ data }) => {
    const { kind, outcome } = data;
    attempts.inc({ kind, outcome });
    if (outcome !== 'held') duration.observe({ kind }, data.ms / 1000);
    if (outcome === 'delivered' && data.attempt === 1 && !data.is_replay) {
      freshness.observe({ kind }, data.age_ms / 1000);
    }
  });
}
