import { createHash } from 'node:crypto';
import type { Queryable } from '#lib/db/index';
import type { BudgetAt } from './budget-store.ts';

export interface KeptAnswer {
  etag: string;
  /** The body as it came. */
  body: string;
  /** Its Link header: an unchanged answer need not repeat where the next page is. */
  link: string | null;
}

/** Answers of one connection, to be asked for by their ETag the next time. */
export interface KeptAnswers {
  find(key: Buffer): Promise<KeptAnswer | null>;
  keep(key: Buffer, answer: KeptAnswer): Promise<void>;
}

/** Of a body; a larger one is asked for whole every time. The column has the same bound. */
const maxBodyBytes = 262_144;
const maxEtagChars = 400;
const maxLinkChars = 4_000;
const keepSeconds = 7 * 86_400;

/** What makes two questions the same one. */
export const answerKey = (parts: readonly string[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest();

/** Whether it may be kept at all; NUL cannot be stored as text. */
export const isKeepable = ({ etag, body, link }: KeptAnswer): boolean =>
  etag.length > 0 &&
  etag.length <= maxEtagChars &&
  (link?.length ?? 0) <= maxLinkChars &&
  Buffer.byteLength(body) <= maxBodyBytes &&
  !body.includes('\0');

export function postgresAnswers(db: Queryable, at: BudgetAt): KeptAnswers {
  return {
    find: async (key) => {
      const [row] = await db<KeptAnswer[]>`
        select etag, body, link from private.kept_answers
        where workspace_id = ${at.workspaceId} and connection_id = ${at.connectionId} and key = ${key}
          and expires_at > now()`;
      return row ?? null;
    },
    keep: async (key, { etag, body, link }) => {
      await db`
        insert into private.kept_answers (workspace_id, connection_id, key, etag, body, link, expires_at)
        values (${at.workspaceId}, ${at.connectionId}, ${key}, ${etag}, ${body}, ${link},
          now() + make_interval(secs => ${keepSeconds}))
        on conflict (workspace_id, connection_id, key) do update set etag = excluded.etag,
          body = excluded.body, link = excluded.link, expires_at = excluded.expires_at`;
    },
  };
}

/** Answers nobody asked for in a week. */
export async function dropOldAnswers(db: Queryable): Promise<void> {
  await db`delete from private.kept_answers where expires_at < now()`;
}
