/**
 * A worker reduced to what it refreshes with, to be killed: keeps every connection of a workspace
 * fresh, over and over. Settings come by environment; it needs the connector of the test's issuer.
 */
import { createConnectionGuards, openConnection } from '#lib/connections/index';
import { systemClock } from '#lib/core/index';
import { connect } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { createOutgoing } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { api } from './fake-provider.ts';
import { issuerManifest } from './oidc-issuer.ts';

const env = (name: string): string => process.env[name] ?? '';
const db = connect({ url: env('DATABASE_URL_WORKER'), name: 'refresher', max: 4 });
const issuerUrl = env('ISSUER_URL');
const log = logger('refresher', 'fatal');
const deps = {
  db,
  registry: { get: () => ({ manifest: issuerManifest({ url: issuerUrl }), api }) },
  opener: createOpener(env('SEAL_WORKER_PRIVATE_KEY')),
  outgoing: createOutgoing({ allow: [new URL(issuerUrl).host] }),
  guards: createConnectionGuards({ db, clock: systemClock, log }),
  presetEndpoints: () => null,
  clock: systemClock,
  log,
};
const workspaceId = env('WORKSPACE_ID');
const { signal } = new AbortController();
const roundMs = 50;

for (;;) {
  const rows = await db<{ id: string }[]>`
    select id from public.connections where workspace_id = ${workspaceId} and status = 'active'`;
  await Promise.allSettled(
    rows.map((row) =>
      openConnection(deps, { workspaceId, connectionId: row.id }, { lane: 'poll', signal }),
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, roundMs));
}
