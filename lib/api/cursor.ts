import { HubError, isUuid } from '#lib/core/index';

/**
 * The cursor of lists ordered by id: opaque to the client, checked by us. Ids are UUIDv7, so this
 * is a keyset over time without an offset to go stale.
 */
export const encodeIdCursor = (id: string): string =>
  Buffer.from(`id:${id}`, 'utf8').toString('base64url');

/** Throws `request.invalid` for anything encodeIdCursor did not make. */
export function decodeIdCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const id = text.slice(3);
  if (!text.startsWith('id:') || !isUuid(id)) {
    throw new HubError('request.invalid', 'The cursor is not one this list gave out.', {
      details: { errors: [{ field: 'cursor', reason: 'is not one this list gave out' }] },
    });
  }
  return id;
}

/** A page from rows that were asked for one more than wanted. */
export function pageOf<T extends { id: string }>(
  rows: T[],
  limit: number,
): { data: T[]; next_cursor: string | null } {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next_cursor: rows.length > limit && last ? encodeIdCursor(last.id) : null };
}
