import type { SealedShelf, SealedValue } from '#lib/security/index';
import { clientSecretField, credentialField } from './sealed-fields.ts';

interface Row {
  workspaceId: string;
  ownerId: string;
  envelope: Buffer;
}

const toValue =
  (field: string) =>
  (row: Row): SealedValue => ({ ...row, field, slot: 'present' });
const key = (keyId: string): Buffer => Buffer.from(keyId, 'hex');
const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * The content stays the same, so the version stays too: a refresh under way still writes over the
 * version it read, and wins.
 */
export const credentialShelf: SealedShelf = {
  name: 'credentials',
  count: async (db, keyId) => {
    const [row] = await db<{ n: number }[]>`
      select count(*)::int as n from private.credentials
      where substring(envelope from 2 for 8) < ${key(keyId)} or substring(envelope from 2 for 8) > ${key(keyId)}`;
    return row?.n ?? 0;
  },
  take: async (tx, { keyId, after, limit }) => {
    const rows = await tx<Row[]>`
      select workspace_id as "workspaceId", connection_id as "ownerId", envelope
      from private.credentials
      where connection_id > ${after ?? firstId} and substring(envelope from 2 for 8) <> ${key(keyId)}
      order by connection_id limit ${limit} for update skip locked`;
    return rows.map(toValue(credentialField));
  },
  put: async (tx, value, sealed) => {
    await tx`
      update private.credentials set envelope = ${sealed.envelope}, key_id = ${sealed.keyId}
      where workspace_id = ${value.workspaceId} and connection_id = ${value.ownerId}`;
  },
};

export const appSecretShelf: SealedShelf = {
  name: 'app_secrets',
  count: async (db, keyId) => {
    const [row] = await db<{ n: number }[]>`
      select count(*)::int as n from private.app_secrets
      where substring(envelope from 2 for 8) < ${key(keyId)} or substring(envelope from 2 for 8) > ${key(keyId)}`;
    return row?.n ?? 0;
  },
  take: async (tx, { keyId, after, limit }) => {
    const rows = await tx<Row[]>`
      select workspace_id as "workspaceId", app_id as "ownerId", envelope
      from private.app_secrets
      where app_id > ${after ?? firstId} and substring(envelope from 2 for 8) <> ${key(keyId)}
      order by app_id limit ${limit} for update skip locked`;
    return rows.map(toValue(clientSecretField));
  },
  put: async (tx, value, sealed) => {
    await tx`
      update private.app_secrets set envelope = ${sealed.envelope}, key_id = ${sealed.keyId}
      where workspace_id = ${value.workspaceId} and app_id = ${value.ownerId}`;
  },
};
