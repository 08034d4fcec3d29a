import { isHubError } from '#lib/core/index';
import { type Db, type Tx, transaction } from '#lib/db/index';
import { type MailDesk, sendMail } from '#lib/mail/index';
import { type IncidentAlert, takeUnsaid } from './alert-store.ts';

const incidentsAtOnce = 20;

export interface AlertDeps {
  db: Db;
  desk: MailDesk;
  origin: string;
}

/**
 * Writes to owners and admins about subscriptions the hub itself switched off, once each time; in one
 * transaction with noting that it did. Without a way to send, they are told once there is one.
 */
export function alertDisabled({ db, desk, origin }: AlertDeps): Promise<number> {
  if (desk.transport === null) return Promise.resolve(0);
  return transaction(db, async (tx) => {
    const alerts = await takeUnsaid(tx, incidentsAtOnce);
    for (const alert of alerts) {
      for (const to of alert.recipients) await tell(tx, desk, origin, alert, to);
    }
    return alerts.length;
  });
}

/** An address no mail can be sent to keeps nobody else from being told. */
async function tell(
  tx: Tx,
  desk: MailDesk,
  origin: string,
  alert: IncidentAlert,
  to: string,
): Promise<void> {
  try {
    await sendMail(tx, desk, {
      workspaceId: alert.workspace_id,
      to,
      dedupeKey: `subscription_incident:${alert.id}:${to}`.slice(0, 200),
      message: {
        kind: 'subscription_disabled',
        url: `${origin}/w/${alert.workspace_slug}/deliveries?subscription=${alert.subscription_id}`,
        workspace: alert.workspace_name,
        subscription: alert.name,
        cause: alert.detail ?? 'The destination does not take anything any more.',
        since: `${alert.opened_at.slice(0, 16).replace('T', ' ')} UTC`,
      },
    });
  } catch (error) {
    if (!isHubError(error) || error.code !== 'request.invalid') throw error;
  }
}
