/**
 * The process that stands for a hosted Supabase: `node --conditions=react-server supabase/local/main.ts`.
 * Prints one line of JSON when it is ready, drains on SIGTERM and leaves for no other reason.
 */
import { surviveDriverFaults } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { localConfig } from './config.ts';
import { quietConsole } from './quiet-console.ts';
import { startLocalSupabase } from './server.ts';

const config = localConfig(process.env);
const log = logger('supabase', config.LOG_LEVEL);
quietConsole(log);
surviveDriverFaults((error) => log.debug('a cut connection was written to', { err: error }));

const supabase = await startLocalSupabase({
  port: config.SUPABASE_LOCAL_PORT,
  restUrl: config.SUPABASE_LOCAL_REST_DATABASE_URL,
  realtimeUrl: config.SUPABASE_LOCAL_REALTIME_DATABASE_URL,
  jwtSecret: config.SUPABASE_JWT_SECRET,
  publishableKey: config.SUPABASE_PUBLISHABLE_KEY,
  secretKey: config.SUPABASE_SECRET_KEY,
  log,
});
process.stdout.write(
  `${JSON.stringify({ ready: true, port: supabase.port, url: supabase.url })}\n`,
);

let stopping = false;
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (stopping) return;
    stopping = true;
    supabase.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('the local Supabase did not close cleanly', { err: error });
        process.exit(1);
      },
    );
  });
}
