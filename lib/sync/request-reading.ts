import type { RemoteRef } from '#lib/connectors/protocol/index';
import { type Tx, wake } from '#lib/db/index';
import type { Kind } from '#lib/kinds/index';

/**
 * Notes, in the caller's transaction, that objects are to be read again; the worker does so by the
 * way edits go out. Objects without a link yet are found by the stream's next poll, made due now.
 */
export async function requestReading(
  tx: Tx,
  input: {
    workspaceId: string;
    connectionId: string;
    streamId: string;
    kind: Kind;
    refs: readonly RemoteRef[];
  },
): Promise<void> {
  const { workspaceId, connectionId, streamId, kind } = input;
  const wanted = [...new Set(input.refs.map((ref) => ref.externalId))];
  const known = await tx<{ external_id: string }[]>`
    update public.links set reread_at = now(), next_attempt_at = least(next_attempt_at, now())
    where id in (
      select id from public.links
      where workspace_id = ${workspaceId} and connection_id = ${connectionId} and kind = ${kind}
        and external_id = any(${wanted}) and state <> 'tombstone'
      order by record_id for no key update
    ) returning external_id`;
  if (known.length > 0) await wake(tx, 'push');
  if (known.length === wanted.length) return;
  await tx`
    update public.streams set next_poll_at = now()
    where workspace_id = ${workspaceId} and id = ${streamId} and phase = 'live'`;
  await wake(tx, 'polls');
}
