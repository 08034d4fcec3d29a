import { randomBytes } from 'node:crypto';
import type postgres from 'postgres';
import { newId } from '#lib/core/index';
import { sealTo } from '#lib/security/index';

export interface Place {
  workspaceId: string;
  connectionId: string;
}

/** A workspace with nothing in it. */
export async function newWorkspace(admin: postgres.Sql): Promise<string> {
  const id = newId();
  await admin`insert into public.workspaces (id, name, slug) values (${id}, 'Test', ${`w${id.slice(-12)}`})`;
  return id;
}

export const secretOf = (at: Place): string => `secret-of-${at.connectionId}`;

/** So many connections of a workspace, each with a credential sealed to this key. */
export async function insertSealed(
  admin: postgres.Sql,
  at: { workspaceId: string; sealKey: string; count: number },
): Promise<Place[]> {
  const chunk = 500;
  const places: Place[] = [];
  for (let from = 0; from < at.count; from += chunk) {
    const part = Array.from({ length: Math.min(chunk, at.count - from) }, () => ({
      workspaceId: at.workspaceId,
      connectionId: newId(),
    }));
    await admin`
      insert into public.connections ${admin(
        part.map((place) => ({
          id: place.connectionId,
          workspace_id: place.workspaceId,
          connector: 'fake',
          account_id: place.connectionId,
          account_name: 'x',
          status: 'active',
        })),
      )}`;
    await admin`
      insert into private.credentials ${admin(
        part.map((place) => {
          const sealed = sealTo(at.sealKey, secretOf(place), {
            workspaceId: place.workspaceId,
            ownerId: place.connectionId,
            field: 'credential',
          });
          return {
            connection_id: place.connectionId,
            workspace_id: place.workspaceId,
            envelope: sealed.envelope,
            key_id: sealed.keyId,
          };
        }),
      )}`;
    places.push(...part);
  }
  return places;
}

/** A webhook endpoint with a present and a previous secret. */
export async function insertWebhookSecret(
  admin: postgres.Sql,
  at: Place & { sealKey: string },
): Promise<{ endpointId: string; secrets: [string, string] }> {
  const endpointId = newId();
  const secrets: [string, string] = [
    randomBytes(16).toString('hex'),
    randomBytes(16).toString('hex'),
  ];
  const [present, previous] = secrets.map((secret) =>
    sealTo(at.sealKey, secret, {
      workspaceId: at.workspaceId,
      ownerId: endpointId,
      field: 'webhook_secret',
    }),
  );
  await admin`
    insert into public.webhook_endpoints (id, workspace_id, connection_id, connector, scope_key)
    values (${endpointId}, ${at.workspaceId}, ${at.connectionId}, 'fake', 'a/b')`;
  await admin`
    insert into private.webhook_secrets (endpoint_id, workspace_id, envelope, previous_envelope, key_id)
    values (${endpointId}, ${at.workspaceId}, ${present?.envelope ?? null}, ${previous?.envelope ?? null},
      ${present?.keyId ?? ''})`;
  return { endpointId, secrets };
}
