import { createTransport } from 'nodemailer';
import { judgeSmtp, type SmtpFault } from './judge-smtp.ts';
import type { OutgoingMail, SendOutcome, Transport } from './transport.ts';

const connectMs = 10_000;
/** Silence of an open connection. */
const silenceMs = 20_000;
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/;

/**
 * `smtps://` speaks TLS from the first byte; `smtp://` must be able to start it, because name and
 * password follow. Only a server on this very machine is spoken to in the clear.
 */
function optionsOf(address: string) {
  const url = new URL(address);
  const isTls = url.protocol === 'smtps:';
  const isLocal = loopback.test(url.hostname);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isTls ? 465 : 587),
    secure: isTls,
    requireTLS: !isTls && !isLocal,
    ignoreTLS: isLocal,
    ...(url.username
      ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }
      : {}),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    // A mail is made of what it is given: no file and no address is read into it.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * One connection per mail. SMTP knows no key for a repeated mail: a server that took one and was cut
 * off before it could say so gets it again, under the same Message-ID.
 */
export function smtpTransport(options: { name: 'smtp' | 'sandbox'; url: string }): Transport {
  const { name } = options;
  const sender = createTransport(optionsOf(options.url));
  return {
    name,
    async send(mail: OutgoingMail, signal: AbortSignal): Promise<SendOutcome> {
      signal.throwIfAborted();
      try {
        await sender.sendMail({
          from: { address: mail.from.address, name: mail.from.name ?? '' },
          to: { address: mail.to, name: '' },
          envelope: { from: mail.from.address, to: [mail.to] },
          messageId: mail.messageId,
          date: mail.date,
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          // RFC 3834: no holiday note should answer this.
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal,
        });
        return { kind: 'accepted' };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (!(error instanceof Error)) throw error;
        return judgeSmtp(error as SmtpFault);
      }
    },
  };
}
