import { redact } from '#lib/security/index';

/** Of an answer so much is read and kept; the rest is never asked for. */
export const excerptBytes = 1_024;
const control = /\p{Cc}+/gu;

/** The beginning of an answer, fit to be shown: one line, nothing that looks like a secret. */
export function writeExcerpt(bytes: Uint8Array, secrets: readonly string[] = []): string {
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, excerptBytes));
  const known = secrets.reduce((kept, secret) => kept.replaceAll(secret, '[redacted]'), text);
  return redact(known.replace(control, ' ').trim()).slice(0, excerptBytes);
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
