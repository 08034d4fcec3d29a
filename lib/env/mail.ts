import { z } from 'zod';

const mailbox = /^(?:[^\p{Cc}<>]{0,120}<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u;

const mailFrom = z
  .string()
  .regex(mailbox, 'must be an address, or a name with an address: Patchbay <hub@example.com>');

/** How mail leaves: an SMTP server or Resend's API. Only the worker gets either secret. */
export const workerMailEnv = {
  /** `smtps://user:password@host:465`, or `smtp://…:587`, which must offer STARTTLS. */
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be an smtps:// or smtp:// address' })
    .optional(),
  RESEND_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{8,200}$/, 'must be a key of Resend')
    .optional(),
  /** Whom mail comes from. */
  MAIL_FROM: mailFrom.optional(),
  /** The sandbox's mailbox, which takes mail while nothing else is set up. */
  SANDBOX_SMTP_URL: z.url({ protocol: /^smtp$/ }).optional(),
};

/** The web process queues mail and need only know that somebody will send it. */
export const webMailEnv = {
  MAIL_TRANSPORT: z
    .enum(['smtp', 'resend', 'sandbox'], 'must be smtp, resend or sandbox')
    .optional(),
  MAIL_FROM: mailFrom.optional(),
};

interface MailEnv {
  SMTP_URL?: string | undefined;
  RESEND_API_KEY?: string | undefined;
  MAIL_FROM?: string | undefined;
}

/** Two ways out would leave open which one a mail took; a way out without a sender sends nothing. */
export function refuseHalfMail(env: MailEnv, context: z.RefinementCtx): void {
  const refuse = (name: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (env.SMTP_URL && env.RESEND_API_KEY) {
    refuse('SMTP_URL', 'and RESEND_API_KEY are two ways to send mail; set one of them');
  }
  if ((env.SMTP_URL || env.RESEND_API_KEY) && !env.MAIL_FROM) {
    refuse('MAIL_FROM', 'is missing; mail must come from somebody');
  }
}

interface MailboxEnv {
  PUBLIC_URL?: string | undefined;
  MAIL_TRANSPORT?: string | undefined;
  SANDBOX_SMTP_URL?: string | undefined;
}

/** Everybody who reaches the hub reads the sandbox's mailbox, and with it every link to sign in by. */
export function refuseMailboxInPublic(env: MailboxEnv, context: z.RefinementCtx): void {
  if (env.PUBLIC_URL === undefined) return;
  const message = 'cannot lead to the sandbox’s mailbox together with PUBLIC_URL';
  if (env.MAIL_TRANSPORT === 'sandbox') {
    context.addIssue({ code: 'custom', path: ['MAIL_TRANSPORT'], message });
  }
  if (env.SANDBOX_SMTP_URL !== undefined) {
    context.addIssue({ code: 'custom', path: ['SANDBOX_SMTP_URL'], message });
  }
}
