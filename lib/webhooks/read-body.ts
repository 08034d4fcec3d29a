import { HubError, limits } from '#lib/core/index';

/**
 * Collects a body of at most `limits.webhookBodyBytes`, whatever its sender announced. Throws
 * `request.too_large`; the rest of the stream is then its owner's to discard.
 */
export async function readBody(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > limits.webhookBodyBytes) {
      throw new HubError(
        'request.too_large',
        `The body is larger than ${limits.webhookBodyBytes} bytes.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
