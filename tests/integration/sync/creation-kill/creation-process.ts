/**
 * A worker reduced to making objects, made to be killed: it does what is due once, and ends itself
 * where it is told to, by the hardest means there is.
 */
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { type ErrorCode, HubError } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { type CreateJob, createObject, enqueueDueCreations, type SyncDeps } from '#lib/sync/index';
import { manifestOf, plain } from '../../../setup/fake-remote/remote-switches.ts';
import type { RemoteCall, RemoteReply } from './remote-server.ts';

const env = (name: string): string => process.env[name] ?? '';
const remoteUrl = env('REMOTE_URL');
const dieAt = env('DIE_AT');
const dieNth = Number(env('DIE_NTH') || -1);
const manifest = manifestOf({ ...plain, keyed: env('KEYED') === '1' });

let passed = 0;
function pass(point: string): void {
  const nth = passed;
  passed += 1;
  if (point === dieAt || nth === dieNth) process.kill(process.pid, 'SIGKILL');
}

const living = connect({ url: env('DATABASE_URL_WORKER'), name: 'creations', max: 2 });
let transactions = 0;
/** Each transaction is passed by before it begins, before it is committed, and after. */
const db = new Proxy(living, {
  get: (target, name) => {
    const value: unknown = Reflect.get(target, name);
    if (name !== 'begin' || typeof value !== 'function') return value;
    return async (work: (tx: unknown) => Promise<unknown>) => {
      transactions += 1;
      const nth = transactions;
      pass(`transaction ${nth} begins`);
      const done: unknown = await Reflect.apply(value, target, [
        async (tx: unknown) => {
          const result = await work(tx);
          pass(`transaction ${nth} commits`);
          return result;
        },
      ]);
      pass(`transaction ${nth} is done`);
      return done;
    };
  },
}) as Db;

async function ask<T>(call: RemoteCall): Promise<T> {
  const response = await fetch(remoteUrl, { method: 'POST', body: JSON.stringify(call) });
  const said = (await response.json()) as RemoteReply;
  if ('answer' in said) return said.answer as T;
  const { code, message } = said.fault;
  throw new HubError(code as ErrorCode, message, { retry: 'later' });
}

function apiOf(connectionId: string): ConnectorApi {
  const call =
    (name: RemoteCall['name'], words: string) =>
    async <T>(_ctx: unknown, ...given: unknown[]): Promise<T> => {
      pass(`${words} begins`);
      const answer = await ask<T>({ connectionId, name, given: given as never[] });
      pass(`${words} is done`);
      return answer;
    };
  const none = () => Promise.reject(new HubError('internal.unexpected'));
  return {
    account: none,
    scopes: none,
    backfill: none,
    poll: none,
    read: call('read', 'the reading'),
    update: call('update', 'the call'),
    create: call('create', 'the making'),
    findCreated: call('findCreated', 'the search'),
    toError: () => new HubError('provider.bad_answer'),
  };
}

const jobs: CreateJob[] = [];
const deps: SyncDeps = {
  db,
  queue: {
    send: (_tx, _name, sent) => {
      jobs.push(...sent.map(({ payload }) => payload as unknown as CreateJob));
      return Promise.resolve();
    },
  },
  connect: ({ connectionId }, { signal }) =>
    Promise.resolve({
      connection: { id: connectionId, connector: 'fake' },
      manifest,
      api: apiOf(connectionId),
      ctx: { http: { send: () => Promise.reject(new Error('no network')) }, signal },
    }),
  prepareStream: () => Promise.resolve({ delivery: 'poll', reason: 'a test', isFinal: true }),
  logConnection: () => Promise.resolve(),
  clock: { now: () => Date.now(), random: () => 0.5 },
  log: logger('creations', 'silent'),
  pollMs: 30_000,
};

await enqueueDueCreations(deps);
for (const job of jobs) await createObject(deps, job, new AbortController().signal);
await living.end();
