import { createHash } from 'node:crypto';
import { z } from 'zod';
import { HubError, isUuid } from '#lib/core/index';

/** The sort key and id of the last row of a page. */
export interface PageKey {
  key: string;
  id: string;
}

const cursorSchema = z.tuple([z.string().max(16), z.string().max(800), z.string()]);

/** A short mark of everything that decides which rows a list holds and in which order. */
export function fingerprint(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 12);
}

export function encodeCursor(mark: string, page: PageKey): string {
  return Buffer.from(JSON.stringify([mark, page.key, page.id])).toString('base64url');
}

/** What a sort key looks like: a time as the driver writes it, or any text that PostgreSQL takes. */
export type KeyForm = 'time' | 'text';

const fits: Record<KeyForm, (key: string) => boolean> = {
  // PostgreSQL knows no year 0.
  time: (key) => z.iso.datetime().safeParse(key).success && !key.startsWith('0000'),
  text: (key) => !key.includes('\u0000') && key.isWellFormed(),
};

/**
 * Throws `request.invalid` for a cursor that is not ours or belongs to another list. Anybody can make
 * one up, so its key must be of the form its column is compared with.
 */
export function decodeCursor(mark: string, cursor: string, form: KeyForm = 'text'): PageKey {
  const parsed = cursorSchema.safeParse(parse(cursor));
  const [given, key, id] = parsed.data ?? ['', '', ''];
  if (given !== mark || !isUuid(id) || !fits[form](key)) {
    throw new HubError('request.invalid', 'The cursor does not belong to this list.');
  }
  return { key, id };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
