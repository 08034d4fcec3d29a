import { type ConnectionWebDeps, putPresetApp } from '#lib/connections/index';
import { systemClock } from '#lib/core/index';
import type { Db, Tx } from '#lib/db/index';
import type { WebEnv } from '#lib/env/index';
import type { Logger } from '#lib/observability/index';
import { connectors } from './connectors.ts';
import { presetEndpoints } from './preset-endpoints.ts';
import { sharedCache } from './shared-cache.ts';

export const connectionDeps = (env: WebEnv, db: Db, log: Logger): ConnectionWebDeps => ({
  db,
  connectors,
  presetEndpoints: presetEndpoints(env.SANDBOX_URL),
  sealKey: env.SEAL_WORKER_PUBLIC_KEY,
  cache: sharedCache(env, db, log),
  clock: systemClock,
});

/** A new workspace can connect the sandbox at once: its OAuth app is there already. */
export async function putPresets(
  env: WebEnv,
  deps: ConnectionWebDeps,
  tx: Tx,
  workspaceId: string,
): Promise<void> {
  const { SANDBOX_URL, SANDBOX_GITHUB_CLIENT_ID: clientId } = env;
  const clientSecret = env.SANDBOX_GITHUB_CLIENT_SECRET;
  if (!SANDBOX_URL || !clientId || !clientSecret) return;
  await putPresetApp(tx, deps, { workspaceId, connector: 'github', clientId, clientSecret });
}
