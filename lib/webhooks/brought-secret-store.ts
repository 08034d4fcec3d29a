import type { Db, Queryable, Tx } from '#lib/db/index';

export interface SealedBrought {
  workspaceId: string;
  envelope: Buffer;
  broughtAt: string;
}

/** A flood of such calls writes once in so many seconds. */
const pauseSeconds = 5;

/** As the gateway: the last one counts, because a service that asks again sends another one. */
export async function putBrought(
  db: Db,
  at: { workspaceId: string; endpointId: string },
  sealed: { envelope: Buffer; keyId: string },
): Promise<void> {
  await db`
    insert into private.webhook_brought_secrets as b (endpoint_id, workspace_id, envelope, key_id)
    values (${at.endpointId}, ${at.workspaceId}, ${sealed.envelope}, ${sealed.keyId})
    on conflict (endpoint_id) do update set envelope = excluded.envelope, key_id = excluded.key_id,
      brought_at = now()
      where b.brought_at < now() - make_interval(secs => ${pauseSeconds})`;
}

/** Under the member's claims; null where nothing came, or it is no admin's. */
export async function selectBrought(
  tx: Queryable,
  endpointId: string,
): Promise<SealedBrought | null> {
  const [row] = await tx<SealedBrought[]>`
    select workspace_id as "workspaceId", envelope, brought_at as "broughtAt"
    from private.brought_secret(${endpointId})`;
  return row ?? null;
}

/** Under the member's claims. False: another one has come since, or it is no admin's. */
export async function takeBrought(
  tx: Tx,
  taken: { endpointId: string; broughtAt: string; envelope: Buffer; keyId: string },
): Promise<boolean> {
  const [row] = await tx<{ done: boolean }[]>`
    select private.take_brought_secret(${taken.endpointId}, ${taken.broughtAt}::text::timestamptz,
      ${taken.envelope}, ${taken.keyId}) as done`;
  return row?.done ?? false;
}
