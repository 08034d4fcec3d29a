import { systemClock } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import type { WebEnv } from '#lib/env/index';
import type { Logger } from '#lib/observability/index';
import {
  createWebhookSecretOpener,
  type WebhookSecretOpener,
} from '#lib/security/open-webhook-secret';
import { createReceiver, receiverConnections } from '#lib/webhooks/index';
import { broughtKeeper, broughtToken } from './brought-secrets.ts';
import { connectors } from './connectors.ts';
import type { InboundLimits } from './inbound-limits.ts';
import { rotateGatewayKeys } from './key-rotation.ts';
import { type LimitedReceiver, limitedReceiver } from './limit-receiver.ts';
import { openWebhookSecret } from './open-webhook-secret.ts';

/**
 * Webhooks without a gateway (a platform that runs Next alone): the same receiver behind a Next
 * route. Null unless this process was given the key; beside a gateway it is not. What the route hands
 * over is what Next lets through: of some headers that came twice, the first alone.
 */
export function webReceiver(
  deps: { db: Db; env: WebEnv; log: Logger },
  limits: InboundLimits,
): LimitedReceiver | null {
  const opener = openerOf(deps.env);
  if (!opener) return null;
  const token = broughtToken(deps.env);
  const receiver = createReceiver({
    db: connect({
      url: deps.env.DATABASE_URL_WEB,
      name: 'patchbay-web-inbox',
      max: receiverConnections,
    }),
    aside: deps.db,
    findManifest: (name) => connectors.get(name)?.manifest.webhook ?? null,
    findParser: (name) => connectors.get(name)?.webhook ?? null,
    openSecret: openWebhookSecret({ ...deps, opener }),
    ...(deps.env.PUBLIC_URL === undefined ? {} : { baseUrl: deps.env.PUBLIC_URL }),
    ...(token === null ? {} : { keepBrought: broughtKeeper(deps.db, token) }),
    clock: systemClock,
    log: deps.log,
  });
  return limitedReceiver(receiver, limits);
}

/** Its class of secrets is then this process's to seal anew as well. */
export function keepWebhookKeys(deps: { db: Db; env: WebEnv; log: Logger }): void {
  const opener = openerOf(deps.env);
  if (opener) rotateGatewayKeys({ ...deps, opener });
}

const openerOf = (env: WebEnv): WebhookSecretOpener | null =>
  env.SEAL_GATEWAY_PRIVATE_KEY === undefined
    ? null
    : createWebhookSecretOpener(
        env.SEAL_GATEWAY_PRIVATE_KEY,
        ...(env.SEAL_GATEWAY_OLDER_KEYS ?? []),
      );
