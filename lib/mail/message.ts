/** What a mail can say. Values are as they come: rendering escapes them. */
export type MailMessage =
  | { kind: 'sign_in'; url: string; minutes: number }
  | {
      kind: 'invitation';
      url: string;
      workspace: string;
      inviter: string;
      role: string;
      days: number;
    }
  | {
      kind: 'connection_alert';
      url: string;
      workspace: string;
      service: string;
      account: string;
      cause: string;
      /** UTC, ISO 8601. */
      since: string;
    }
  | {
      kind: 'changes';
      url: string;
      workspace: string;
      subscription: string;
      /** Instead of our own subject. */
      subject: string | null;
      /** Each as its template wrote it; the link is to where it happened. */
      changes: { text: string; url: string | null }[];
      /** How many more there are that the mail does not show. */
      more: number;
    }
  | {
      kind: 'subscription_disabled';
      url: string;
      workspace: string;
      subscription: string;
      cause: string;
      /** UTC, ISO 8601. */
      since: string;
    }
  | { kind: 'test'; url: string; workspace: string };

/** The content of a mail, ready to be put in an envelope. */
export interface MailContent {
  subject: string;
  text: string;
  html: string;
}
