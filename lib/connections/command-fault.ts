import { type ErrorCode, errorCodes, HubError, type JsonObject } from '#lib/core/index';

/** An error as it is kept with a command: what may be shown, and nothing of its cause. */
export function writeFault(error: HubError): JsonObject {
  return {
    code: error.code,
    message: error.message,
    retry: error.retry,
    ...(error.details ? { details: error.details } : {}),
  };
}

export function readFault(fault: JsonObject | null): HubError {
  const code = fault?.['code'];
  const known = typeof code === 'string' && Object.hasOwn(errorCodes, code);
  if (!fault || !known) return new HubError('internal.unexpected');
  const { message, details } = fault;
  return new HubError(code as ErrorCode, typeof message === 'string' ? message : undefined, {
    retry: fault['retry'] === 'later' ? 'later' : 'never',
    ...(isObject(details) ? { details } : {}),
  });
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
