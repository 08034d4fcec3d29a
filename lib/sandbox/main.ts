import { readConfig } from './config.ts';
import { startSandbox } from './start.ts';

/** The supervisor gives every process a second to leave. */
const leaveWithinMs = 900;

/** Async, so that a wrong setting and a taken port end in the same sentence. */
const start = async () => startSandbox(readConfig());

const sandbox = await start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

let leaving = false;
async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  setTimeout(() => process.exit(1), leaveWithinMs).unref();
  await sandbox.close();
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void leave());
process.stdout.write(`${JSON.stringify({ ready: true, port: sandbox.port })}\n`);
