import { isHubError } from '#lib/core/index';
import type { Outgoing } from '#lib/security/index';
import { judgeResend } from './judge-resend.ts';
import type { OutgoingMail, SendOutcome, Transport } from './transport.ts';

const requestMs = 20_000;
const answerBytes = 65_536;
const maxWaitMs = 3_600_000;

/** The API takes `Name <address>`; the name was made one line, its quotes go. */
const fromLine = ({ from }: OutgoingMail): string =>
  from.name ? `${from.name.replace(/["<>\\]/g, '')} <${from.address}>` : from.address;

/**
 * Resend's HTTP API through the outgoing guard. The row's id is the Idempotency-Key, which the
 * service honours for 24 hours, longer than any mail is tried: a repeated request sends nothing.
 * https://resend.com/docs/dashboard/emails/idempotency-keys
 */
export function resendTransport(options: {
  apiKey: string;
  outgoing: Outgoing;
  baseUrl?: string;
}): Transport {
  const { apiKey, outgoing, baseUrl = 'https://api.resend.com' } = options;
  return {
    name: 'resend',
    async send(mail: OutgoingMail, signal: AbortSignal): Promise<SendOutcome> {
      try {
        const answer = await outgoing.send({
          method: 'POST',
          url: `${baseUrl}/emails`,
          headers: {
            authorization: `Bearer ${apiKey}`,
            'content-type': 'application/json',
            'idempotency-key': mail.id,
          },
          body: JSON.stringify({
            from: fromLine(mail),
            to: [mail.to],
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            headers: { 'Message-ID': mail.messageId, 'Auto-Submitted': 'auto-generated' },
          }),
          timeoutMs: requestMs,
          maxBytes: answerBytes,
          signal,
        });
        const body = answer.body.toString('utf8');
        const afterMs = readWait(answer.headers.get('retry-after'));
        return judgeResend({ status: answer.status, body, afterMs });
      } catch (error) {
        if (signal.aborted || !isHubError(error)) throw error;
        return { kind: 'fault', code: error.code, detail: error.message };
      }
    },
  };
}

/** Retry-After in seconds; a date is not what this service sends. */
function readWait(text: string | null): number | null {
  return text !== null && /^\d{1,6}$/.test(text.trim())
    ? Math.min(Number(text) * 1000, maxWaitMs)
    : null;
}
