/** Changes that come within this time are told in one mail. */
export const digestWindowMs = 60_000;
/** What an hour of many mails slows down to, so that an address is not flooded. */
const slowWindowMs = 300_000;
const quickMailsAnHour = 5;
/** As many as one mail shows; more are counted in it. */
export const digestLines = 50;

export interface DigestFacts {
  /** When the first line that waits was written. */
  oldestMs: number;
  /** When mails of this subscription went out in the last hour, in any order. */
  sentMs: readonly number[];
}

/** When the lines that wait are to become a mail. */
export function digestDueMs({ oldestMs, sentMs }: DigestFacts): number {
  const last = Math.max(0, ...sentMs);
  const gapMs = sentMs.length < quickMailsAnHour ? digestWindowMs : slowWindowMs;
  return Math.max(oldestMs + digestWindowMs, last + gapMs);
}

/** How a mail room's answer to each address counts for the subscription as a whole. */
export type DigestVerdict =
  | { do: 'send'; to: readonly string[] }
  /** The lines are kept, and tried again. */
  | { do: 'wait' }
  | { do: 'disable'; code: string; reason: string };

export interface Recipient {
  to: string;
  /** Why the mail room would not send to it; null when it would. */
  refusal: string | null;
}

/** What settings take for an address, and mail does not. */
export const invalidAddress = 'mail.address_invalid';
const forGood: ReadonlySet<string | null> = new Set(['mail.address_disabled', invalidAddress]);

/**
 * An address that is disabled keeps the others from nothing; when all are, nobody is left to be
 * told. A limit passes by itself.
 */
export function judgeRecipients(recipients: readonly Recipient[]): DigestVerdict {
  const open = recipients.filter(({ refusal }) => refusal === null);
  if (open.length > 0) return { do: 'send', to: open.map(({ to }) => to) };
  const isForGood = recipients.every(({ refusal }) => forGood.has(refusal));
  if (!isForGood) return { do: 'wait' };
  if (recipients.some(({ refusal }) => refusal === invalidAddress)) {
    const invalid = recipients.filter(({ refusal }) => refusal === invalidAddress);
    const reason = `Mail cannot be sent to ${invalid.map(({ to }) => to).join(', ')}.`.slice(
      0,
      400,
    );
    return { do: 'disable', code: invalidAddress, reason };
  }
  const list = recipients.map(({ to }) => to).join(', ');
  return {
    do: 'disable',
    code: 'mail.address_disabled',
    reason:
      `Mail servers refuse ${list || 'every address'}. Settings → Mail says why, and an admin can lift it.`.slice(
        0,
        400,
      ),
  };
}
