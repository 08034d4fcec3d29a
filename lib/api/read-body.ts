import { HubError, type Json, limits } from '#lib/core/index';
import { parseStrictJson } from './strict-json.ts';

/**
 * The body of a write as JSON, refused as early as possible: encoding and media type from the
 * headers, size while streaming, then UTF-8, structure, values. Null for a request without a body.
 */
export async function readJsonBody(request: Request): Promise<Json> {
  if (request.headers.get('content-encoding') ?? '') {
    throw new HubError('request.unsupported_encoding');
  }
  const bytes = await readBounded(request, limits.apiBodyBytes);
  if (bytes.length === 0) return null;
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') throw new HubError('request.unsupported_media_type');
  return parseStrictJson(decode(bytes));
}

/** The body, or `request.too_large` as soon as it is more. */
export async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) {
    throw new HubError('request.too_large');
  }
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The declared length may be absent or a lie, so what arrives is what is counted.
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new HubError('request.too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HubError('request.invalid_utf8', undefined, { cause });
  }
}
