/**
 * mail/worker: the half of the mail room that sends. It holds the mail server's password or key, so
 * the web process must not reach it (tests/architecture/rules.ts).
 */
import 'server-only';

export { type DeliveryDeps, deliverMail, enqueueDueMails } from './deliver-mail.ts';
export { dropOldMails, endOverdue } from './mail-store.ts';
export { resendTransport } from './resend-transport.ts';
export { smtpTransport } from './smtp-transport.ts';
export type { Transport } from './transport.ts';
