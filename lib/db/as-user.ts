import type { Db, Tx } from './connect.ts';

/** Who acts: policies read `sub` and `session_id`, and only a living session counts. */
export interface Claims {
  userId: string;
  sessionId: string;
}

/**
 * A transaction as `hub_user`, the role no token can name, under the member's claims. Both settings
 * end with the transaction, so a pooler hands nothing on. Without this call a web connection can
 * read no tenant table at all: forgetting it fails closed.
 */
export function asUser<T>(db: Db, claims: Claims, work: (tx: Tx) => Promise<T>): Promise<T> {
  const encoded = JSON.stringify({
    sub: claims.userId,
    session_id: claims.sessionId,
    role: 'hub_user',
  });
  return db.begin(async (tx) => {
    await tx`select set_config('role', 'hub_user', true), set_config('request.jwt.claims', ${encoded}, true)`;
    return work(tx);
  }) as Promise<T>;
}
