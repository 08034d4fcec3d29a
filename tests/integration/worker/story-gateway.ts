import { systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import { connectors } from '#lib/hub/connectors';
import { type Gateway, startGateway } from '#lib/hub/gateway';
import { inboundLimits } from '#lib/hub/inbound-limits';
import { logger } from '#lib/observability/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { createReceiver } from '#lib/webhooks/index';

const log = logger('test', 'silent');

/** A gateway that takes webhooks in and passes nothing on. */
export function openGateway(db: Db, privateKey: string): Promise<Gateway> {
  const opener = createWebhookSecretOpener(privateKey);
  return startGateway({
    host: '127.0.0.1',
    port: 0,
    version: 'test',
    publicUrl: undefined,
    token: 'the gateway token of this test',
    webUrl: 'http://127.0.0.1:9',
    supabaseUrl: undefined,
    sandboxUrl: undefined,
    workerHealthUrl: undefined,
    db,
    receiver: createReceiver({
      db,
      aside: db,
      findManifest: (name) => connectors.get(name)?.manifest.webhook ?? null,
      findParser: (name) => connectors.get(name)?.webhook ?? null,
      openSecret: (envelope, at) => opener.open(envelope, at),
      clock: systemClock,
      log,
    }),
    limits: inboundLimits({ db, env: { RATE_LIMITS: 'memory' }, log }),
    log,
  });
}
