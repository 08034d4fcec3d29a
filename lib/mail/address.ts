import { HubError } from '#lib/core/index';

/** RFC 5321 §4.5.3.1.3: a path has 256 characters with its brackets. */
const addressChars = 254;
const localChars = 64;
const nameChars = 120;

/**
 * Narrower than RFC 5321 on purpose: no quoted local parts, no comments, no address literals. What
 * is left cannot end a header, start a second address or be read as a command.
 */
const addressPattern =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export function isAddress(text: string): boolean {
  return (
    text.length <= addressChars && text.indexOf('@') <= localChars && addressPattern.test(text)
  );
}

/** In lower case. Throws `request.invalid` for anything that is not one plain address. */
export function readAddress(text: string): string {
  const address = text.toLowerCase();
  if (isAddress(address)) return address;
  throw new HubError('request.invalid', 'This is not an e-mail address mail can be sent to.', {
    details: { field: 'email' },
  });
}

/** Control characters, line separators, and marks that turn the reading direction around. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Words that come from people, made fit for a header or a line of text: whatever could end the line
 * becomes a space, and what is too long is cut.
 */
export function oneLine(text: string, chars = nameChars): string {
  const line = text.replace(unprintable, ' ').replace(/\s+/g, ' ').trim();
  return line.length <= chars ? line : `${line.slice(0, chars - 1).trimEnd()}…`;
}

export interface Mailbox {
  address: string;
  name: string | null;
}

/** `Name <address>` or `address`, as MAIL_FROM is written. Null when it is neither. */
export function readMailbox(text: string): Mailbox | null {
  if (oneLine(text, 400) !== text.trim()) return null;
  const [, name, inner] = /^([^<>]*)<([^<>]+)>$/.exec(text.trim()) ?? [];
  const address = (inner ?? text).trim().toLowerCase();
  if (!isAddress(address)) return null;
  const plain = name
    ?.trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  return { address, name: plain ? oneLine(plain) : null };
}
