import type { Db } from '#lib/db/index';
import { passingKeyPair } from '#lib/security/index';
import { createWebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { keepBroughtSecret, type OpenBrought } from '#lib/webhooks/index';

/** Shared by the process that takes webhooks and the one that shows pages. */
const pairOf = (token: string) => passingKeyPair(token, 'webhook secrets services have brought');

/** What both know: the gateway's token, or the key itself where one process does both; null: nothing. */
export function broughtToken(env: {
  GATEWAY_TOKEN?: string | undefined;
  SEAL_GATEWAY_PRIVATE_KEY?: string | undefined;
}): string | null {
  return env.GATEWAY_TOKEN ?? env.SEAL_GATEWAY_PRIVATE_KEY ?? null;
}

/** Where webhooks are taken. */
export function broughtKeeper(db: Db, token: string) {
  const { publicKey } = pairOf(token);
  return (at: { workspaceId: string; id: string }, secret: string): Promise<void> =>
    keepBroughtSecret(db, publicKey, at, secret);
}

/** Where pages are made. */
export function broughtOpener(token: string): OpenBrought {
  const opener = createWebhookSecretOpener(pairOf(token).privateKey);
  return (envelope, at) => opener.open(envelope, at);
}
