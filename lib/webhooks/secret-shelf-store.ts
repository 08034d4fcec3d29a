import type { SealedShelf } from '#lib/security/index';

const field = 'webhook_secret';
const firstId = '00000000-0000-0000-0000-000000000000';
const key = (keyId: string): Buffer => Buffer.from(keyId, 'hex');

interface Row {
  workspaceId: string;
  ownerId: string;
  slot: 'present' | 'previous';
  envelope: Buffer;
}

/** The secrets webhooks are verified with, the present ones and those they replaced. */
export const webhookSecretShelf: SealedShelf = {
  name: 'webhook_secrets',
  count: async (db, keyId) => {
    const [row] = await db<{ n: number }[]>`
      select (count(*) filter (where substring(envelope from 2 for 8) <> ${key(keyId)})
        + count(*) filter (where substring(previous_envelope from 2 for 8) <> ${key(keyId)}))::int as n
      from private.webhook_secrets`;
    return row?.n ?? 0;
  },
  take: async (tx, { keyId, after, limit }) => {
    return tx<Row[]>`
      with held as (
        select workspace_id, endpoint_id, envelope, previous_envelope from private.webhook_secrets
        where endpoint_id > ${after ?? firstId}
          and (substring(envelope from 2 for 8) <> ${key(keyId)}
            or substring(previous_envelope from 2 for 8) <> ${key(keyId)})
        order by endpoint_id limit ${limit} for update skip locked)
      select workspace_id as "workspaceId", endpoint_id as "ownerId", slot, envelope from (
        select workspace_id, endpoint_id, 'present' as slot, envelope from held
        union all
        select workspace_id, endpoint_id, 'previous', previous_envelope from held
        where previous_envelope is not null) as each
      where substring(envelope from 2 for 8) <> ${key(keyId)} order by endpoint_id, slot`.then(
      (rows) => rows.map((row) => ({ ...row, field })),
    );
  },
  put: async (tx, value, sealed) => {
    const at = tx`where workspace_id = ${value.workspaceId} and endpoint_id = ${value.ownerId}`;
    if (value.slot === 'previous') {
      await tx`update private.webhook_secrets set previous_envelope = ${sealed.envelope} ${at}`;
      return;
    }
    await tx`
      update private.webhook_secrets set envelope = ${sealed.envelope}, key_id = ${sealed.keyId} ${at}`;
  },
};
