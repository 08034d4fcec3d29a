import { appSecretShelf, credentialShelf } from '#lib/connections/index';
import type { Db } from '#lib/db/index';
import { subscriptionSecretShelf } from '#lib/delivery/index';
import { writeAuditEverywhere, writeAuditHourly } from '#lib/identity/index';
import type { Logger } from '#lib/observability/index';
import {
  type Opener,
  type Rotating,
  type RotationDeps,
  type RotationNews,
  startRotating,
} from '#lib/security/index';
import type { WebhookSecretOpener } from '#lib/security/open-webhook-secret';
import { webhookSecretShelf } from '#lib/webhooks/index';

interface KeyDeps {
  db: Db;
  log: Logger;
}

/** Credentials, client secrets and what destinations are proven to with: the worker's class. */
export const rotateWorkerKeys = (deps: KeyDeps & { opener: Opener }): Rotating =>
  startRotating({
    ...deps,
    class: 'worker',
    shelves: [credentialShelf, appSecretShelf, subscriptionSecretShelf],
    tell,
  });

/** Verification secrets: the class of whoever takes webhooks in. */
export const rotateGatewayKeys = (deps: KeyDeps & { opener: WebhookSecretOpener }): Rotating =>
  startRotating({
    ...deps,
    opener: asOpener(deps.opener),
    class: 'gateway',
    shelves: [webhookSecretShelf],
    tell,
  });

/** The field is fixed in the gateway's opener, whatever the value says of itself. */
const asOpener = (opener: WebhookSecretOpener): Opener => ({
  publicKey: opener.publicKey,
  keyIds: opener.keyIds,
  open: (envelope, { workspaceId, ownerId }) =>
    opener.open(envelope, { workspaceId, endpointId: ownerId }),
});

const tell: RotationDeps['tell'] = async (tx, news: RotationNews) => {
  if (news.type === 'refused') {
    await writeAuditHourly(tx, {
      workspaceId: news.value.workspaceId,
      action: 'security.sealed_value_refused',
      subject: news.value.ownerId,
      details: { field: news.value.field, while: 'rotation' },
    });
    return;
  }
  await writeAuditEverywhere(tx, {
    actorId: null,
    action: `security.rotation_${news.type}`,
    subject: news.keyId,
    details: { class: news.class, total: news.total, refused: news.refused },
  });
};
