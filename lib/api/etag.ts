import { HubError } from '#lib/core/index';

/** A record's version is its strong validator (RFC 9110 §8.8.3). */
export const versionEtag = (row: { version: number }): string => `"v${row.version}"`;

/** The version If-Match asks for; null without the header or with `*`. */
export function readIfMatch(header: string | null): number | null {
  if (header === null || header.trim() === '*') return null;
  const version = /^"v(\d{1,15})"$/.exec(header.trim())?.[1];
  if (version === undefined) {
    throw new HubError('request.invalid', 'If-Match must carry the ETag of the record.', {
      details: { errors: [{ field: 'If-Match', reason: 'is not an ETag of this record' }] },
    });
  }
  return Number(version);
}

/** If-None-Match compares weakly (RFC 9110 §13.1.2). */
export function matchesEtag(header: string | null, etag: string): boolean {
  const tags = (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
