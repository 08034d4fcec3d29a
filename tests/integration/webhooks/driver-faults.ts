import { surviveDriverFaults } from '#lib/db/index';

/** Counts the driver's stray errors as our processes do, instead of failing the run over them. */
export async function withDriverFaults(work: () => Promise<void>): Promise<number> {
  const former = process.rawListeners('uncaughtException') as NodeJS.UncaughtExceptionListener[];
  process.removeAllListeners('uncaughtException');
  let faults = 0;
  surviveDriverFaults(() => {
    faults += 1;
  });
  try {
    await work();
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of former) process.on('uncaughtException', listener);
  }
  return faults;
}
