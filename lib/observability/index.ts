/**
 * observability: one logger, one set of metrics, one place errors are captured.
 *
 * Invariants: log lines are JSON; only fields on the allow-list are written, so that a token put
 * in a log call by mistake does not reach the file; an error is logged by its code, message and
 * stack, never by the values that caused it.
 */
import 'server-only';

export { captureError, setErrorSink } from './capture-error.ts';
export { type LogFields, type Logger, logger } from './logger.ts';
export { counter, gauge, histogram, metricsText } from './metrics.ts';
export { inSpan, type SpanFacts } from './span.ts';
