import { HubError, newId } from '#lib/core/index';
import { type Queryable, wake } from '#lib/db/index';
import { readAddress } from './address.ts';
import type { MailDesk } from './mail-desk.ts';
import { sealContent } from './mail-envelope.ts';
import { insertQueued, insertSuppressed, type NewMail, readPace } from './mail-store.ts';
import type { MailMessage } from './message.ts';
import { renderMessage } from './render-message.ts';
import type { QueuedMail } from './schema.ts';

/**
 * Mails to one address in an hour, over all workspaces. More than there can be links to sign in by (3
 * in 10 minutes), which anybody may ask for: they must not use up what others want to say.
 */
export const perAddressAnHour = 24;
/** Mails of one workspace in a day. */
export const perWorkspaceADay = 500;
/** After this nobody waits for an invitation or an alert any more. */
const usualValidMs = 24 * 3_600_000;

export interface MailOrder {
  /** Null for a link to sign in by. */
  workspaceId: string | null;
  to: string;
  message: MailMessage;
  /** Queued once per workspace and key. */
  dedupeKey?: string;
  /** How long the mail is of use to its reader. */
  validMs?: number;
  /** Why nothing may be sent after all; the row and the time it takes are the same. */
  withhold?: string;
}

/**
 * Writes a mail into the outbox within the caller's transaction; nothing is sent before it commits,
 * and the caller never waits for a mail server. Over a limit or to a disabled address the mail is
 * born suppressed and the answer says why. Throws `mail.not_configured` and `request.invalid` (an
 * address that is none).
 */
export async function sendMail(
  db: Queryable,
  desk: MailDesk,
  order: MailOrder,
): Promise<QueuedMail> {
  if (desk.transport === null) throw new HubError('mail.not_configured');
  const recipient = readAddress(order.to);
  const nowMs = desk.clock.now();
  const mail: NewMail = {
    id: newId(nowMs),
    workspaceId: order.workspaceId,
    kind: order.message.kind,
    recipient,
    dedupeKey: order.dedupeKey ?? null,
    deadlineMs: nowMs + (order.validMs ?? usualValidMs),
  };
  const envelope = sealContent(desk.sealKey, mail, renderMessage(order.message));
  const pace = await readPace(db, mail.workspaceId, recipient);
  const code = order.withhold ?? refusalOf(pace);
  if (code !== null) {
    await insertSuppressed(db, mail, code);
    // As with a mail that is sent, so that the time taken says nothing of which it was.
    await wake(db, 'mail');
    return { id: mail.id, status: 'suppressed', code };
  }
  if (await insertQueued(db, mail, envelope)) await wake(db, 'mail');
  return { id: mail.id, status: 'queued', code: null };
}

/**
 * Why a mail to this address would not be sent now, before anything is written; null when it would.
 * Throws `request.invalid` for an address that is none.
 */
export async function judgeRecipient(
  db: Queryable,
  at: { workspaceId: string; to: string },
): Promise<string | null> {
  return refusalOf(await readPace(db, at.workspaceId, readAddress(at.to)));
}

function refusalOf(pace: Awaited<ReturnType<typeof readPace>>): string | null {
  if (pace.is_suppressed) return 'mail.address_disabled';
  if (pace.to_address >= perAddressAnHour) return 'mail.address_limit';
  if (pace.of_workspace >= perWorkspaceADay) return 'mail.workspace_limit';
  return null;
}
