import type { Logger } from './logger.ts';

type Sink = (error: unknown, id: string) => void;

/** Next loads this module twice in one process, so the sink hangs on globalThis. */
const home = globalThis as { __patchbayErrorSink?: Sink };

/** Connects an error service (Sentry); the process works the same without one. */
export function setErrorSink(sink: Sink): void {
  home.__patchbayErrorSink = sink;
}

/**
 * Logs an unexpected error and hands it on. Returns the id shown to the user, by which the log line
 * is found again.
 */
export function captureError(log: Logger, error: unknown, message: string): string {
  const id = crypto.randomUUID();
  log.error(message, { err: error, correlation_id: id });
  home.__patchbayErrorSink?.(error, id);
  return id;
}
