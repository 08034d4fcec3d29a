import { HubError } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { MailDesk } from './mail-desk.ts';
import { countMails, readLastFailure, selectMails } from './mail-store.ts';
import type { MailOverview } from './schema.ts';
import { deleteSuppression, selectSuppressions } from './suppression-store.ts';

const mailRows = 50;
const suppressionRows = 200;

/** What Settings → Mail shows an admin. Under the bearer's claims. */
export async function readMailOverview(
  tx: Tx,
  desk: MailDesk & { from: string | null },
  at: { workspaceId: string },
): Promise<MailOverview> {
  return {
    transport: desk.transport,
    from: desk.from,
    counts: await countMails(tx, at.workspaceId),
    last_failure: await readLastFailure(tx),
    mails: await selectMails(tx, at.workspaceId, mailRows),
    suppressions: await selectSuppressions(tx, at.workspaceId, suppressionRows),
  };
}

/** Writes to the address again from now on; a second refusal disables it again. Answers the address. */
export async function liftSuppression(
  tx: Tx,
  at: { workspaceId: string; suppressionId: string },
): Promise<string> {
  const address = await deleteSuppression(tx, at.workspaceId, at.suppressionId);
  if (address === null) throw new HubError('resource.not_found');
  return address;
}
