/**
 * core: the words every room shares. No I/O, no environment, no clock of its own; safe in a browser.
 *
 * Invariants: an error that leaves a room is a HubError with a stable code; ids sort by the time of
 * their making; whoever needs the time or chance is handed a Clock.
 */
export { type Clock, systemClock } from './clock.ts';
export { type Envelope, type EnvelopeParts, envelopeSchema, newEnvelope } from './envelope.ts';
export { type ErrorCode, errorCodes } from './error-codes.ts';
export {
  createEventBus,
  type DomainEvent,
  type EventBus,
  type EventTypes,
  type Middleware,
} from './event-bus.ts';
export {
  HubError,
  type HubErrorOptions,
  isHubError,
  type RetryAdvice,
  toHubError,
} from './hub-error.ts';
export { isUuid, newId } from './ids.ts';
export { inTurn } from './in-turn.ts';
export { type Json, type JsonObject, jsonEqual } from './json.ts';
export { findJsonFault, type JsonFault } from './json-fault.ts';
export { limits } from './limits.ts';
export { err, ok, type Result } from './result.ts';
