import type { SendOutcome } from './transport.ts';

/** What nodemailer tells of a refusal: the step it happened at, and the server's reply. */
export interface SmtpFault {
  code?: string | undefined;
  command?: string | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
}

/**
 * Enhanced status codes (RFC 3463 §3.2, §3.3; RFC 7505 §4.2) that are about the address itself. A
 * refusal at RCPT TO with another one (5.7.1 "relaying denied", 5.2.2 "mailbox full") says something
 * about us or about today.
 */
const deadAddress = /\b5\.1\.(?:0|1|2|3|6|10)\b|\b5\.2\.1\b/;
const anyEnhanced = /\b[245]\.\d{1,3}\.\d{1,3}\b/;
/** RFC 5321 §4.2.2: mailbox unavailable, user not local, name not allowed. */
const deadReplies = new Set([550, 551, 553]);

/** A reply of an SMTP server, or the lack of one, as an outcome. */
export function judgeSmtp(fault: SmtpFault): SendOutcome {
  const reply = fault.responseCode;
  const detail = sentenceOf(fault);
  if (reply === undefined) {
    return { kind: 'fault', code: `smtp.${(fault.code ?? 'unknown').toLowerCase()}`, detail };
  }
  const code = `smtp.${reply}`;
  // 503 says that the session, not the mail, was wrong.
  if (reply < 500 || reply === 503) return { kind: 'fault', code, detail };
  if (fault.command === 'RCPT TO') {
    const text = fault.response ?? '';
    const isDead = anyEnhanced.test(text) ? deadAddress.test(text) : deadReplies.has(reply);
    return { kind: isDead ? 'address_refused' : 'mail_refused', code, detail };
  }
  if (fault.command === 'DATA') return { kind: 'mail_refused', code, detail };
  // Greeting, TLS, AUTH, MAIL FROM: the settings are wrong, and an operator may yet put them right.
  return { kind: 'fault', code, detail };
}

function sentenceOf({ command, response, code }: SmtpFault): string {
  if (response) return `${command ?? 'The server'}: ${response}`;
  return `The mail server could not be used (${code ?? 'unknown'}).`;
}
