/** Shorter texts are found by chance; no key or password worth one is. */
const leastChars = 4;
const mask = '…';

/**
 * Every text by which a service that repeats what it was sent would give the credential away: as it
 * is kept, as it travels, without the word of its scheme, a password without its name, and each as
 * JSON and addresses write it.
 */
export function secretTexts(secret: string, sent: Readonly<Record<string, string>>): string[] {
  const values = Object.values(sent);
  const bare = values.map((value) => value.replace(/^\S+ /, ''));
  const pairs = values
    .filter((value) => value.startsWith('Basic '))
    .map((value) => Buffer.from(value.slice('Basic '.length), 'base64').toString('utf8'));
  const passwords = pairs.map((pair) => pair.slice(pair.indexOf(':') + 1));
  const plain = [secret, ...values, ...bare, ...pairs, ...passwords];
  return [...new Set(plain.flatMap(spellings))].filter((text) => text.length >= leastChars);
}

/** JSON may escape the slash (RFC 8259 §7), and PHP does. */
function spellings(text: string): string[] {
  const quoted = JSON.stringify(text).slice(1, -1);
  return [text, quoted, quoted.replaceAll('/', '\\/'), encodeURIComponent(text.toWellFormed())];
}

/** A text of the service's that may be shown: the longest goes first, for it may hold the others. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .toSorted((one, other) => other.length - one.length)
    .reduce((kept, secret) => kept.replaceAll(secret, mask), text);
}
