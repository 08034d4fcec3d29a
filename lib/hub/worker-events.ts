import { type Clock, createEventBus, type Json, type Middleware } from '#lib/core/index';
import { deliveryEvents } from '#lib/delivery/index';
import { captureError, inSpan, type Logger } from '#lib/observability/index';
import { redact } from '#lib/security/index';

/** What is told inside a worker, of all rooms. */
const workerEvents = { ...deliveryEvents } as const;

/** What listens to an event shows up under what published it. */
const traced: Middleware = (event, next) =>
  inSpan(
    `event ${event.type}`,
    { 'patchbay.event': event.id, 'patchbay.correlation': event.correlation },
    () => next(event),
    'internal',
  );

/** Texts may quote a service; nobody who hears an event gets to see a secret in one. */
const redacted: Middleware = (event, next) =>
  next({
    ...event,
    headers: mapTexts(event.headers) as typeof event.headers,
    data: mapTexts(event.data as Json),
  });

function mapTexts(value: Json): Json {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(mapTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item)]));
}

export const workerBus = (clock: Clock, log: Logger) =>
  createEventBus({
    types: workerEvents,
    source: 'worker',
    clock,
    middleware: [traced, redacted],
    onFault: (error, event) =>
      captureError(log, error, `Somebody could not take the event ${event.type}`),
  });
export type WorkerBus = ReturnType<typeof workerBus>;
