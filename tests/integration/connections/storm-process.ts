/**
 * A worker reduced to its callers: opens connections as jobs do, as often as it is told to by a line on
 * stdin, and answers how many were served. Settings come by environment; it needs the connector of the
 * test's issuer.
 */
import { createInterface } from 'node:readline';
import {
  type ConnectionDeps,
  createConnectionGuards,
  openConnection,
} from '#lib/connections/index';
import { type Clock, systemClock } from '#lib/core/index';
import { connect } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { createOutgoing } from '#lib/security/index';
import { createOpener } from '#lib/security/open';
import { api } from './fake-provider.ts';
import { issuerManifest } from './oidc-issuer.ts';
import type { StormOrder, StormReport } from './storm-workers.ts';

const env = (name: string): string => process.env[name] ?? '';
/** Demands of this process that are under way at one moment. */
const atOnce = 250;
/** Moved on by more than a token's life, it is what time passing is. */
let passedMs = 0;
const clock: Clock = { ...systemClock, now: () => Date.now() + passedMs };
const db = connect({ url: env('DATABASE_URL_WORKER'), name: 'storm', max: 6 });
const issuerUrl = env('ISSUER_URL');
const log = logger('storm', 'fatal');
const deps: ConnectionDeps = {
  db,
  registry: { get: () => ({ manifest: issuerManifest({ url: issuerUrl }), api }) },
  opener: createOpener(env('SEAL_WORKER_PRIVATE_KEY')),
  outgoing: createOutgoing({ allow: [new URL(issuerUrl).host] }),
  guards: createConnectionGuards({ db, clock, log }),
  presetEndpoints: () => null,
  clock,
  log,
};
const workspaceId = env('WORKSPACE_ID');
const { signal } = new AbortController();

/** Each of them so many times, in no order. */
function shuffled(ids: readonly string[], times: number): string[] {
  const all = ids.flatMap((id) => Array.from({ length: times }, () => ({ id, at: Math.random() })));
  return all.toSorted((a, b) => a.at - b.at).map(({ id }) => id);
}

async function serveAll(order: StormOrder): Promise<StormReport> {
  passedMs = order.passedMs;
  const demands = shuffled(order.ids, order.callers);
  const report: StormReport = { served: 0, faults: [] };
  const caller = async (): Promise<void> => {
    for (let id = demands.pop(); id !== undefined; id = demands.pop()) {
      const at = { workspaceId, connectionId: id };
      await openConnection(deps, at, { lane: 'edit', signal }).then(
        ({ connection }) => (report.served += Number(connection.id === id)),
        (error: unknown) => report.faults.push(String(error)),
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return report;
}

const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
createInterface({ input: process.stdin })
  .on('line', (line) => void serveAll(JSON.parse(line) as StormOrder).then(say))
  .on('close', () => process.exit(0));
say({ ready: true });
