import type { Logger } from '#lib/observability/index';

/**
 * Lite writes every refused query to the console, with the driver's error object and its values.
 * What it says goes to the log as one line: message and code, nothing else.
 */
export function quietConsole(log: Logger): void {
  const write = (...parts: unknown[]): void => {
    const error = parts.find((part) => part instanceof Error);
    if (error === undefined) log.debug('rest', { reason: String(parts[0]).slice(0, 200) });
    else log.debug('rest refused a request', { reason: error.message.slice(0, 200) });
  };
  Object.assign(console, { error: write, warn: write, log: write, info: write });
}
