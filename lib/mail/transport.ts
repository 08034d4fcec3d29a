import type { Mailbox } from './address.ts';
import type { MailContent } from './message.ts';
import type { TransportName } from './schema.ts';

/** A mail as a transport takes it. The same row gives the same bytes, however often it is tried. */
export interface OutgoingMail extends MailContent {
  /** Of the row: the key by which a service knows a repeated request. */
  id: string;
  /** `<id@host>`; a reader's mail program knows a duplicate by it. */
  messageId: string;
  from: Mailbox;
  to: string;
  /** ISO 8601. */
  date: string;
}

/** What the other side said, in our words. */
export type SendOutcome =
  | { kind: 'accepted' }
  /** For good, and because of the address: it is not written to again. */
  | { kind: 'address_refused'; code: string; detail: string }
  /** For good, and because of this mail. */
  | { kind: 'mail_refused'; code: string; detail: string }
  /** May work later: the server is busy or away, or its settings here are wrong. */
  | { kind: 'fault'; code: string; detail: string; afterMs?: number };

export interface Transport {
  name: TransportName;
  /** Never throws but on the signal. */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<SendOutcome>;
}
