import type { MailStatus, TransportName } from '@/lib/mail/schema';

const codes: Record<string, string> = {
  'mail.address_disabled': 'A mail server refused this address for good; it is not written to.',
  'mail.address_limit': 'The address got too many mails within an hour.',
  'mail.workspace_limit': 'The workspace sent too many mails within a day.',
  'mail.not_configured': 'The worker has no mail server.',
  'mail.timeout': 'The mail server took too long.',
  'mail.too_late': 'It could not be sent while it was of use.',
  'security.sealed_value_invalid': 'It was written for a key the worker does not have.',
  'smtp.eauth': 'The mail server does not accept the user or password.',
  'smtp.535': 'The mail server does not accept the user or password.',
  'smtp.esocket': 'The mail server cannot be reached.',
  'smtp.econnection': 'The mail server cannot be reached.',
  'smtp.edns': 'The mail server’s name is not known.',
  'smtp.etls': 'The mail server offers no safe connection.',
  'smtp.etimedout': 'The mail server does not answer.',
};

/** All text of Settings → Mail. */
export const mailWords = {
  failed: 'The state of mail could not be read',
  reading: 'Reading the state of mail',
  off: 'Mail is not set up',
  offBody:
    'Invitations are handed over by their link, nobody signs in by mail, and nobody is told when a connection stops. Set SMTP_URL or RESEND_API_KEY, and MAIL_FROM, and start again (README, Configuration).',
  title: 'Sending',
  mailbox: 'Open the mailbox',
  test: 'Send a test mail to me',
  testQueued: (address: string) => `A test mail is on its way to ${address}`,
  testRefused: 'The test mail was not sent',
  way: 'Way out',
  ways: {
    smtp: 'An SMTP server',
    resend: 'Resend',
    sandbox: 'The sandbox’s mailbox on this machine; nothing leaves it',
  } satisfies Record<TransportName, string>,
  from: 'Sender',
  day: 'Last 24 hours',
  counts: (sent: number, queued: number, failed: number, suppressed: number) =>
    `${sent} sent, ${queued} waiting, ${failed} failed, ${suppressed} held back`,
  lastFailure: 'Last failure',
  noFailure: 'none in seven days',
  codeOf: (code: string | null): string => (code && codes[code]) ?? code ?? 'no reason was given',
  suppressed: 'Addresses that are not written to any more',
  lift: 'Write to it again',
  recent: 'Mails of this workspace',
  none: 'Nothing was sent yet.',
  to: (address: string) => `to ${address}`,
  again: (attempts: number) =>
    attempts === 1 ? 'tried once, again' : `tried ${attempts} times, again`,
  kinds: {
    invitation: 'Invitation',
    connection_alert: 'A connection stopped',
    changes: 'Changes, by a subscription',
    subscription_disabled: 'A subscription was switched off',
    test: 'Test mail',
  } as Record<string, string | undefined>,
  statuses: {
    queued: 'waiting',
    sent: 'sent',
    failed: 'failed',
    suppressed: 'held back',
  } satisfies Record<MailStatus, string>,
} as const;
