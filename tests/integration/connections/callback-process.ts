/**
 * A web process reduced to its callback: finishes the authorizations it is told of by lines on stdin, all
 * at once, and answers what became of each. It waits for no worker.
 */
import { createInterface } from 'node:readline';
import { type ConnectionWebDeps, finishAuthorization } from '#lib/connections/index';
import { isHubError, systemClock } from '#lib/core/index';
import { connect } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { cacheStore, createCache } from '#lib/resilience/index';
import { manifest } from './fake-provider.ts';

const env = (name: string): string => process.env[name] ?? '';
const db = connect({ url: env('DATABASE_URL_WEB'), name: 'callback', max: 6 });
const connector = { manifest: { ...manifest, name: 'fake' }, webhook: null };
const log = logger('callback', 'fatal');
const deps: ConnectionWebDeps = {
  db,
  connectors: {
    list: () => [connector],
    get: (name) => (name === 'fake' ? connector : undefined),
    conformance: () => [],
  },
  presetEndpoints: () => null,
  sealKey: env('SEAL_WORKER_PUBLIC_KEY'),
  cache: createCache({ store: cacheStore({ kind: 'postgres', db }), log, clock: systemClock }),
  clock: systemClock,
};
const actor = { userId: env('USER_ID'), sessionId: env('SESSION_ID') };

const finish = (state: string): Promise<string> =>
  finishAuthorization(deps, actor, {
    connector: 'fake',
    origin: env('ORIGIN'),
    query: new URLSearchParams({ state, code: 'good-code' }).toString(),
    waitMs: 1,
  }).then(
    () => 'finished',
    (error: unknown) => (isHubError(error) ? error.code : String(error)),
  );

const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
createInterface({ input: process.stdin })
  .on('line', (line) => void Promise.all((JSON.parse(line) as string[]).map(finish)).then(say))
  .on('close', () => process.exit(0));
say('ready');
