/**
 * postgres.js 3.4.9 writes the `rollback` of a transaction whose connection was cut to a socket that
 * is gone, from a timer, where nobody can catch it (connection.js, nextWrite): a restart of
 * PostgreSQL would end every process with a transaction open. The transaction itself rejects as it
 * should. Everything else nobody awaited still ends the process, as by default.
 */
export function surviveDriverFaults(onFault: (error: Error) => void): void {
  process.on('uncaughtException', (error) => {
    if (!isDriverFault(error)) throw error;
    onFault(error);
  });
}

/** That very fault and no other. */
export const isDriverFault = (error: unknown): error is TypeError =>
  error instanceof TypeError &&
  error.message.includes("reading 'write'") &&
  /[\\/]postgres[\\/](src|cjs[\\/]src)[\\/]connection\.js/.test(error.stack ?? '');
