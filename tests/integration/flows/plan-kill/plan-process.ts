/**
 * A worker reduced to plans, made to be killed: it does what is due once, and ends itself where it is
 * told to, by the hardest means there is.
 */
import { connect, type Db } from '#lib/db/index';
import { enqueueDuePlans, type PlanDeps, type PlanJob, workPlan } from '#lib/flows/index';
import { logger } from '#lib/observability/index';
import { manifestOf, plain } from '../../../setup/fake-remote/remote-switches.ts';

const dieNth = Number(process.env['DIE_NTH'] || -1);
const manifest = manifestOf(plain);

let passed = 0;
function pass(): void {
  if (passed === dieNth) process.kill(process.pid, 'SIGKILL');
  passed += 1;
}

const url = process.env['DATABASE_URL_WORKER'] ?? '';
const living = connect({ url, name: 'plans', max: 2 });
/** Each transaction is passed by when it is about to be committed, and after. */
const db = new Proxy(living, {
  get: (target, name) => {
    const value: unknown = Reflect.get(target, name);
    if (name !== 'begin' || typeof value !== 'function') return value;
    return async (work: (tx: unknown) => Promise<unknown>) => {
      const done: unknown = await Reflect.apply(value, target, [
        async (tx: unknown) => {
          const result = await work(tx);
          pass();
          return result;
        },
      ]);
      pass();
      return done;
    };
  },
}) as Db;

const jobs: PlanJob[] = [];
const deps: PlanDeps = {
  db,
  queue: {
    send: (_tx, _name, sent) => {
      jobs.push(...sent.map(({ payload }) => payload as unknown as PlanJob));
      return Promise.resolve();
    },
  },
  connectors: {
    resourceOf: () => manifest.resources[0] ?? null,
    providerOf: () => manifest.provider,
    rateOf: () => manifest.rate,
  },
  clock: { now: () => Date.now(), random: () => 0.5 },
  log: logger('plans', 'silent'),
};

await enqueueDuePlans(deps);
for (const job of jobs) await workPlan(deps, job, new AbortController().signal);
await living.end();
