/**
 * mail: the one door out for e-mail.
 *
 * Invariants
 * - A mail is a row of the outbox, written in the caller's transaction: it is sent if and only if
 *   that commits, and nobody waits for a mail server.
 * - What a mail says (it may hold a link that lets its reader in) is sealed to the worker and erased
 *   when the mail has ended. Neither it nor an address is logged.
 * - queued → sent, failed or suppressed, and never back. One worker sends a mail at a time, by a
 *   lease with an epoch; a repeated try has the same Message-ID and idempotency key.
 * - An address a server refused for good is not written to again until an admin lifts that.
 * - Names are one line, addresses one plain address, values in HTML escaped: no words of people can
 *   add a header, a recipient or markup.
 *
 * Sending has a door of its own, `#lib/mail/worker`: only the worker enters it.
 */
import 'server-only';

export { readAddress, readMailbox } from './address.ts';
export type { MailDesk } from './mail-desk.ts';
export { liftSuppression, readMailOverview } from './read-overview.ts';
export { judgeRecipient, type MailOrder, sendMail } from './send-mail.ts';
