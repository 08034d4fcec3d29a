import { auditRefusal } from '#lib/connections/index';
import type { Db } from '#lib/db/index';
import { captureError, type Logger } from '#lib/observability/index';
import type { WebhookSecretOpener } from '#lib/security/open-webhook-secret';

/** Opens for whoever takes webhooks in; a secret that does not open is told of in the audit log. */
export const openWebhookSecret =
  ({ db, log, opener }: { db: Db; log: Logger; opener: WebhookSecretOpener }) =>
  (envelope: Buffer, at: { workspaceId: string; endpointId: string }): Buffer => {
    try {
      return opener.open(envelope, at);
    } catch (error) {
      const sealed = {
        workspaceId: at.workspaceId,
        ownerId: at.endpointId,
        field: 'webhook_secret',
      };
      auditRefusal(db, error, sealed).catch((fault: unknown) => {
        captureError(log, fault, 'a secret that does not open was not told of');
      });
      throw error;
    }
  };
