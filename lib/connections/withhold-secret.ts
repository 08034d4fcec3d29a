import { HubError } from '#lib/core/index';

/** Shorter ones would be found by chance, and are no credential. */
const leastBytes = 8;

/**
 * An answer without the credential it was asked with: some addresses repeat the headers they were
 * sent. Bytes are held back only while they could be the beginning of it, so a stream stays one; an
 * answer that does hold it breaks off before the first byte of it is out.
 */
export async function* withholdSecret(
  body: AsyncIterable<Uint8Array>,
  secrets: readonly string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const needles = secrets
    .map((secret) => Buffer.from(secret, 'utf8'))
    .filter((needle) => needle.length >= leastBytes);
  let held = Buffer.alloc(0);
  for await (const chunk of body) {
    const seen = Buffer.concat([held, chunk]);
    if (needles.some((needle) => seen.includes(needle))) throw withheld();
    const open = Math.max(0, ...needles.map((needle) => begunAtEnd(seen, needle)));
    held = seen.subarray(seen.length - open);
    if (seen.length > open) yield seen.subarray(0, seen.length - open);
  }
  if (held.length > 0) yield held;
}

/** Throws for a header that holds it. */
export function refuseSecret(headers: Record<string, string>, secrets: readonly string[]): void {
  const long = secrets.filter((secret) => secret.length >= leastBytes);
  const holds = Object.values(headers).some((value) =>
    long.some((secret) => value.includes(secret)),
  );
  if (holds) throw withheld();
}

/** How many bytes at the end of `seen` are the beginning of `needle`. */
function begunAtEnd(seen: Buffer, needle: Buffer): number {
  for (let length = Math.min(seen.length, needle.length - 1); length > 0; length -= 1) {
    const end = seen.subarray(seen.length - length);
    if (end.equals(needle.subarray(0, length))) return length;
  }
  return 0;
}

const withheld = (): HubError =>
  new HubError(
    'provider.bad_answer',
    'The answer repeats the credential of the connection, so it is not handed on.',
    { details: { sent: true } },
  );
