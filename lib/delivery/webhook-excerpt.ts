import { redact } from '#lib/security/index';

/** Of an answer so much is read and kept; the rest is never asked for. */
export const excerptBytes = 1_024;
const control = /\p{Cc}+/gu;

/** The beginning of an answer, fit to be shown: one line, nothing that looks like a secret. */
export function writeExcerpt(bytes: Uint8Array, secrets: readonly string[] = []): string {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, excerptBytes));
  const known = secrets.reduce(
    (kept, secret) => withoutBeginning(kept.replaceAll(secret, '[redacted]'), secret),
    text,
  );
  return redact(known.replace(control, ' ').trim()).slice(0, excerptBytes);
}

/** Less of a secret is no secret, and may stand at the end of any text. */
const leastChars = 8;

/** The text was cut somewhere: a secret may have begun there. */
function withoutBeginning(text: string, secret: string): string {
  for (let chars = secret.length - 1; chars >= leastChars; chars -= 1) {
    if (text.endsWith(secret.slice(0, chars))) return `${text.slice(0, -chars)}[redacted]`;
  }
  return text;
}

/** An address that is a secret, and what of it is one without the rest: whoever was asked knows its path. */
export function secretsOfAddress(address: string): string[] {
  const { pathname, search } = new URL(address);
  const segments = pathname.split('/').filter((segment) => segment.length >= leastChars);
  const texts = [address, `${pathname}${search}`, pathname, ...segments];
  return texts.filter((text) => text.length >= leastChars);
}

/** Reads until there is enough, and lets go of the rest. */
export async function readExcerpt(body: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= excerptBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, excerptBytes);
}
