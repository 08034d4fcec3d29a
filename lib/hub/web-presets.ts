import { type ConnectionWebDeps, putPresetApp } from '#lib/connections/index';
import { systemClock } from '#lib/core/index';
import { type Db, type Tx, transaction } from '#lib/db/index';
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

interface Preset {
  connector: string;
  clientId: string;
  clientSecret: string;
}

/** The sandbox's OAuth apps, as far as this installation has them. */
function presetsOf(env: WebEnv): Preset[] {
  if (!env.SANDBOX_URL) return [];
  const pairs = [
    ['github', env.SANDBOX_GITHUB_CLIENT_ID, env.SANDBOX_GITHUB_CLIENT_SECRET],
    ['linear', env.SANDBOX_LINEAR_CLIENT_ID, env.SANDBOX_LINEAR_CLIENT_SECRET],
    ['slack', env.SANDBOX_SLACK_CLIENT_ID, env.SANDBOX_SLACK_CLIENT_SECRET],
  ] as const;
  return pairs.flatMap(([connector, clientId, clientSecret]) =>
    clientId && clientSecret ? [{ connector, clientId, clientSecret }] : [],
  );
}

/** A new workspace can connect the sandbox at once: its OAuth apps are there already. */
export async function putPresets(
  env: WebEnv,
  deps: ConnectionWebDeps,
  tx: Tx,
  workspaceId: string,
): Promise<void> {
  for (const preset of presetsOf(env)) await putPresetApp(tx, deps, { workspaceId, ...preset });
}

/**
 * A workspace from before a sandbox service existed gets its app when somebody looks at what can be
 * connected. Once for each workspace and start, so that an app taken away on purpose stays away.
 */
export function presetFiller(env: WebEnv, deps: ConnectionWebDeps) {
  const presets = presetsOf(env);
  const filled = new Set<string>();
  return async (workspaceId: string, present: readonly { connector: string }[]): Promise<void> => {
    if (filled.has(workspaceId)) return;
    filled.add(workspaceId);
    const known = new Set(present.map(({ connector }) => connector));
    const missing = presets.filter(({ connector }) => !known.has(connector));
    if (missing.length === 0) return;
    await transaction(deps.db, async (tx) => {
      for (const preset of missing) await putPresetApp(tx, deps, { workspaceId, ...preset });
    });
  };
}
