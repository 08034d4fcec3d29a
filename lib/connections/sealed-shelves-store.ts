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

/** A table of the room's that keeps one sealed value for each owner. */
function shelf(of: { name: string; table: string; owner: string; field: string }): SealedShelf {
  return {
    name: of.name,
    count: async (db, keyId) => {
      const [row] = await db<{ n: number }[]>`
        select count(*)::int as n from ${db(of.table)}
        where substring(envelope from 2 for 8) < ${key(keyId)} or substring(envelope from 2 for 8) > ${key(keyId)}`;
      return row?.n ?? 0;
    },
    take: async (tx, { keyId, after, limit }) => {
      const rows = await tx<Row[]>`
        select workspace_id as "workspaceId", ${tx(of.owner)} as "ownerId", envelope
        from ${tx(of.table)}
        where ${tx(of.owner)} > ${after ?? firstId} and substring(envelope from 2 for 8) <> ${key(keyId)}
        order by ${tx(of.owner)} limit ${limit} for update skip locked`;
      return rows.map(toValue(of.field));
    },
    put: async (tx, value, sealed) => {
      await tx`
        update ${tx(of.table)} set envelope = ${sealed.envelope}, key_id = ${sealed.keyId}
        where workspace_id = ${value.workspaceId} and ${tx(of.owner)} = ${value.ownerId}`;
    },
  };
}

/**
 * The content stays the same, so the version stays too: a refresh under way still writes over the
 * version it read, and wins.
 */
export const credentialShelf = shelf({
  name: 'credentials',
  table: 'private.credentials',
  owner: 'connection_id',
  field: credentialField,
});

export const appSecretShelf = shelf({
  name: 'app_secrets',
  table: 'private.app_secrets',
  owner: 'app_id',
  field: clientSecretField,
});
