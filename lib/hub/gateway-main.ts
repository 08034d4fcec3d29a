/**
 * The gateway's process: `node --conditions=react-server lib/hub/gateway-main.ts`. Prints one line of
 * JSON when it is ready, drains on SIGTERM and leaves for no other reason.
 */
import { readFileSync } from 'node:fs';
import { systemClock } from '#lib/core/index';
import { connect, surviveDriverFaults } from '#lib/db/index';
import { gatewayEnv } from '#lib/env/index';
import { captureError, logger } from '#lib/observability/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { createReceiver, receiverConnections } from '#lib/webhooks/index';
import { broughtKeeper } from './brought-secrets.ts';
import { connectors } from './connectors.ts';
import { startGateway } from './gateway.ts';
import { inboundLimits } from './inbound-limits.ts';
import { rotateGatewayKeys } from './key-rotation.ts';
import { limitedReceiver } from './limit-receiver.ts';
import { openKeys } from './open-keys.ts';
import { openWebhookSecret } from './open-webhook-secret.ts';

/** One hint, one count, one of what was refused, one health check, one for the keys, one for limits. */
const poolSize = 6;

async function main(): Promise<void> {
  const env = gatewayEnv();
  const log = logger('gateway', env.LOG_LEVEL);
  const db = connect({
    url: env.DATABASE_URL_WEB,
    name: 'patchbay-gateway',
    max: poolSize,
  });
  const inbox = connect({
    url: env.DATABASE_URL_WEB,
    name: 'patchbay-gateway-inbox',
    max: receiverConnections,
  });
  const keys = await openKeys(env, {
    name: 'SEAL_GATEWAY_PRIVATE_KEY',
    present: env.SEAL_GATEWAY_PRIVATE_KEY,
    older: env.SEAL_GATEWAY_OLDER_KEYS,
  });
  const opener = createWebhookSecretOpener(...keys);
  const receiver = createReceiver({
    db: inbox,
    aside: db,
    findManifest: (name) => connectors.get(name)?.manifest.webhook ?? null,
    findParser: (name) => connectors.get(name)?.webhook ?? null,
    openSecret: openWebhookSecret({ db, log, opener }),
    baseUrl: env.PUBLIC_URL ?? `http://127.0.0.1:${env.PORT}`,
    keepBrought: broughtKeeper(db, env.GATEWAY_TOKEN),
    clock: systemClock,
    log,
  });
  const limits = inboundLimits({ db, env, log });
  const gateway = await startGateway({
    host: env.GATEWAY_HOST,
    port: env.PORT,
    version: readVersion(),
    publicUrl: env.PUBLIC_URL,
    token: env.GATEWAY_TOKEN,
    webUrl: env.WEB_URL,
    supabaseUrl: env.SUPABASE_LOCAL_URL,
    sandboxUrl: env.SANDBOX_URL,
    workerHealthUrl: env.WORKER_HEALTH_URL,
    db,
    receiver: limitedReceiver(receiver, limits),
    limits,
    trustedProxies: env.TRUSTED_PROXIES,
    log,
  });
  const rotating = rotateGatewayKeys({ db, opener, log });
  process.stdout.write(`${JSON.stringify({ ready: true, port: gateway.port })}\n`);

  const leave = async (): Promise<void> => {
    await gateway.close();
    await rotating.stop();
    limits.close();
    await Promise.all([inbox.end({ timeout: 5 }), db.end({ timeout: 5 })]);
  };
  let isLeaving = false;
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (isLeaving) return;
      isLeaving = true;
      leave().then(
        () => process.exit(0),
        (error: unknown) => {
          captureError(log, error, 'the gateway did not close cleanly');
          process.exit(1);
        },
      );
    });
  }
  surviveDriverFaults((error) => log.debug('a cut connection was written to', { err: error }));
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

await main().catch((error: unknown) => {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${isTaken ? `The port is taken (${message}).` : message}\n`);
  process.exit(1);
});
