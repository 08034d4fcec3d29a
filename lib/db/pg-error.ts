/** The SQLSTATE of an error of the driver, or null. */
export function pgErrorCode(error: unknown): string | null {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return error.code;
  return null;
}

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  // Frozen in the middle of a transaction: the session was ended.
  '25P03',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08006',
  '08001',
  '08003',
]);

/** PostgreSQL cannot be reached or is going down: the same call may work in a moment. */
export function isUnavailable(error: unknown): boolean {
  const code = pgErrorCode(error);
  return code !== null && connectionCodes.has(code);
}
