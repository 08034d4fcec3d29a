import type { SealedShelf, SealedValue } from '#lib/security/index';
import { subscriptionSecretField } from './sender.ts';

const firstId = '00000000-0000-0000-0000-000000000000';
const key = (keyId: string): Buffer => Buffer.from(keyId, 'hex');

/** What destinations are proven to with, the present secrets and those they replaced. */
export const subscriptionSecretShelf: SealedShelf = {
  name: 'subscription_secrets',
  count: async (db, keyId) => {
    const [row] = await db<{ n: number }[]>`
      select (count(*) filter (where substring(envelope from 2 for 8) <> ${key(keyId)})
        + count(*) filter (where substring(previous_envelope from 2 for 8) <> ${key(keyId)}))::int as n
      from private.subscription_secrets`;
    return row?.n ?? 0;
  },
  take: async (tx, { keyId, after, limit }) => {
    const rows = await tx<Omit<SealedValue, 'field'>[]>`
      with held as (
        select workspace_id, subscription_id, envelope, previous_envelope from private.subscription_secrets
        where subscription_id > ${after ?? firstId}
          and (substring(envelope from 2 for 8) <> ${key(keyId)}
            or substring(previous_envelope from 2 for 8) <> ${key(keyId)})
        order by subscription_id limit ${limit} for update skip locked)
      select workspace_id as "workspaceId", subscription_id as "ownerId", slot, envelope from (
        select workspace_id, subscription_id, 'present' as slot, envelope from held
        union all
        select workspace_id, subscription_id, 'previous', previous_envelope from held
        where previous_envelope is not null) as each
      where substring(envelope from 2 for 8) <> ${key(keyId)} order by subscription_id, slot`;
    return rows.map((row) => ({ ...row, field: subscriptionSecretField }));
  },
  put: async (tx, value, sealed) => {
    const at = tx`where workspace_id = ${value.workspaceId} and subscription_id = ${value.ownerId}`;
    if (value.slot === 'previous') {
      await tx`update private.subscription_secrets set previous_envelope = ${sealed.envelope} ${at}`;
      return;
    }
    await tx`
      update private.subscription_secrets set envelope = ${sealed.envelope}, key_id = ${sealed.keyId} ${at}`;
  },
};
