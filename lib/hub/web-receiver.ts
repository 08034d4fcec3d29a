import { systemClock } from '#lib/core/index';
import type { Db } from '#lib/db/index';
import type { WebEnv } from '#lib/env/index';
import type { Logger } from '#lib/observability/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { createReceiver, type Receiver } from '#lib/webhooks/index';
import { connectors } from './connectors.ts';

/**
 * Webhooks without a gateway (a platform that runs Next alone): the same receiver behind a Next
 * route. Null unless this process was given the key; beside a gateway it is not.
 */
export function webReceiver(deps: { db: Db; env: WebEnv; log: Logger }): Receiver | null {
  const key = deps.env.SEAL_GATEWAY_PRIVATE_KEY;
  if (key === undefined) return null;
  const opener = createWebhookSecretOpener(key);
  return createReceiver({
    db: deps.db,
    findManifest: (name) => connectors.get(name)?.manifest.webhook ?? null,
    openSecret: (envelope, at) => opener.open(envelope, at),
    clock: systemClock,
    log: deps.log,
  });
}
