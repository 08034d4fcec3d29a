import { oneJsonEvent } from '#lib/connectors/protocol/index';
import { newId } from '#lib/core/index';
import { broughtKeeper } from '#lib/hub/brought-secrets';
import type { Maker, Place, Sample } from './matrix-sample.ts';

/** The connection in question as one that is only listened to. */
async function makeListening({ world, id, workspaceId, target }: Place): Promise<Sample> {
  if (target === 'absent') return {};
  const { admin } = world.web;
  const descriptor = {
    ...oneJsonEvent,
    scheme: { kind: 'token', from: { in: 'header', name: 'x-token', prefix: '' } },
    delivery: { from: 'none' },
    event: { from: 'none' },
  };
  const endpointId = newId();
  await admin`
    update public.connections set connector = 'http_webhook', auth_kind = 'webhook' where id = ${id}`;
  await admin`
    insert into public.webhook_endpoints (id, workspace_id, connection_id, connector, scope_key, scheme)
    values (${endpointId}, ${workspaceId}, ${id}, 'http_webhook', '*', ${admin.json(descriptor)})
    on conflict do nothing`;
  await admin`
    insert into private.webhook_secrets (endpoint_id, workspace_id, envelope, key_id)
    select ${endpointId}, ${workspaceId}, ''::bytea, 'none'
    where exists (select 1 from public.webhook_endpoints where id = ${endpointId})`;
  return {};
}

/** A first call to that connection's address has brought a secret; answers when. */
async function bring({ world: { web }, id, workspaceId, target }: Place): Promise<string> {
  const [row] = await web.admin<{ id: string }[]>`
    select id from public.webhook_endpoints where connection_id = ${id}`;
  if (!row || target === 'absent') return new Date().toISOString();
  const keep = broughtKeeper(web.db, web.env.GATEWAY_TOKEN ?? '');
  await keep({ workspaceId, id: row.id }, 'a-secret-that-was-brought');
  const [brought] = await web.admin<{ at: Date }[]>`
    select brought_at as at from private.webhook_brought_secrets where endpoint_id = ${row.id}`;
  return brought?.at.toISOString() ?? '';
}

/** Of the routes about connections that are only listened to. */
export const listeningSamples: Record<string, Maker> = {
  listen: () => ({
    body: {
      connector: 'http_webhook',
      title: 'Shop',
      signing: { by: 'own', own: { header: 'x-signature' } },
    },
  }),
  getListening: makeListening,
  getBroughtSecret: makeListening,
  takeBroughtSecret: async (place) => ({
    ...(await makeListening(place)),
    body: { brought_at: await bring(place) },
  }),
  rotateListeningSecret: async (place) => ({ ...(await makeListening(place)), body: {} }),
};
