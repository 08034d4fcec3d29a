import { githubApi } from '#lib/connectors/github/api';
import { github } from '#lib/connectors/github/index';
import type { ProviderHttp } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject, newId, systemClock } from '#lib/core/index';
import { connect, type Db } from '#lib/db/index';
import { logger } from '#lib/observability/index';
import { enqueueDueRuns, type RunJob, type SyncDeps, workRun } from '#lib/sync/index';
import { freePort } from '../../supabase/local/free-port.ts';
import {
  type OwnPostgres,
  startOwnPostgres,
} from '../../tests/integration/worker/worker-process.ts';
import { startCrashProcess } from '../../tests/system/crash/crash-process.ts';
import { compare, figure, quantile, type Result, spreadOf } from './figures.ts';

const issues = 10_000;
const rounds = 5;
const pageMs = 80;
const bars = { download: 0.8, perSecond: 1_000 };
const scope = { owner: 'northwind', repo: 'api' };
const never = new AbortController().signal;
const log = logger('bench', 'silent');

interface Source {
  http: ProviderHttp;
  stop(): Promise<unknown>;
}

/** The service's side, and calls to it without what the hub does around a call. */
async function startSource(delayMs: number): Promise<Source> {
  const port = await freePort();
  const server = await startCrashProcess({
    name: 'issues',
    args: ['tests/bench/issue-server.ts'],
    env: {
      NODE_ENV: 'test',
      PORT: String(port),
      BENCH_ISSUES: JSON.stringify({ issues, delayMs }),
    },
  });
  return { http: plainHttp(`http://127.0.0.1:${port}`), stop: () => server.stop() };
}

const plainHttp = (base: string): ProviderHttp => ({
  send: async ({ path, query = {} }) => {
    const url = new URL(path, base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const answer = await fetch(url);
    if (!answer.ok) throw new HubError('provider.unavailable');
    const json: unknown = await answer.json();
    return { status: 200, headers: answer.headers, json, etag: null, clockOffsetMs: null };
  },
});

/** The same pages thrown away: each asked for as soon as the one before it has come. */
async function download({ http }: Source): Promise<number> {
  const began = performance.now();
  let count = 0;
  let from: JsonObject | null = null;
  do {
    const page: Awaited<ReturnType<typeof githubApi.backfill>> = await githubApi.backfill(
      { http, signal: never },
      'issues',
      scope,
      from,
    );
    count += page.objects.length;
    from = page.next;
  } while (from !== null);
  if (count !== issues) throw new Error(`${count} of ${issues} issues came.`);
  return performance.now() - began;
}

/** Into records, with links, log, search and progress, in a workspace of its own. */
async function backfill(postgres: OwnPostgres, db: Db, source: Source): Promise<number> {
  const runId = await seed(postgres);
  const jobs: RunJob[] = [];
  const deps = depsOf(db, source, jobs);
  const began = performance.now();
  for (;;) {
    await enqueueDueRuns(deps);
    const job = jobs.shift();
    if (job) await workRun(deps, job, never);
    const [run] = await postgres.admin<{ status: string; created: number }[]>`
      select status, created from public.runs where id = ${runId}`;
    if (run?.status === 'completed') {
      if (run.created !== issues) throw new Error(`${run.created} of ${issues} were made.`);
      return performance.now() - began;
    }
    if (run?.status === 'failed') throw new Error('The backfill failed.');
  }
}

const depsOf = (db: Db, { http }: Source, jobs: RunJob[]): SyncDeps => ({
  db,
  queue: {
    send: (_tx, _name, sent) => {
      for (const { payload } of sent) jobs.push(payload as unknown as RunJob);
      return Promise.resolve();
    },
  },
  connect: ({ connectionId }, { signal }) =>
    Promise.resolve({
      connection: { id: connectionId, connector: 'github' },
      manifest: github.manifest,
      api: githubApi,
      ctx: { http, signal },
    }),
  prepareStream: () =>
    Promise.resolve({ delivery: 'poll', reason: 'This is a bench.', isFinal: true }),
  logConnection: () => Promise.resolve(),
  clock: systemClock,
  log,
  pollMs: 3_600_000,
});

async function seed({ admin }: OwnPostgres): Promise<string> {
  const [workspaceId, connectionId, streamId, runId] = [newId(), newId(), newId(), newId()];
  await admin.begin(async (tx) => {
    await tx`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'Bench', ${workspaceId})`;
    await tx`
      insert into public.connections (id, workspace_id, connector, account_id, account_name, status)
      values (${connectionId}, ${workspaceId}, 'github', '1', 'mara', 'active')`;
    await tx`
      insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope_key, scope, phase)
      values (${streamId}, ${workspaceId}, ${connectionId}, 'issues', 'task', 'northwind/api', 'northwind/api',
        ${tx.json(scope)}, 'backfill')`;
    await tx`
      insert into public.runs (id, workspace_id, connection_id, stream_id, kind, status, next_attempt_at)
      values (${runId}, ${workspaceId}, ${connectionId}, ${streamId}, 'backfill', 'queued', now())`;
  });
  return runId;
}

/** Both sides ask for one page at a time, as GitHub wants it, the next while one is being used. */
export async function backfillBench(): Promise<Result[]> {
  const postgres = await startOwnPostgres();
  const db = connect({ url: postgres.urls.workerUrl, name: 'bench-backfill', max: 6 });
  const [slow, quick] = [await startSource(pageMs), await startSource(0)];
  const perSecond = (ms: number): number => (issues * 1_000) / ms;
  const rates = { ours: [] as number[], download: [] as number[], quick: [] as number[] };
  try {
    await backfill(postgres, db, quick);
    for (let round = 0; round < rounds; round += 1) {
      const turns = [
        async () => rates.ours.push(perSecond(await backfill(postgres, db, slow))),
        async () => rates.download.push(perSecond(await download(slow))),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
      rates.quick.push(perSecond(await backfill(postgres, db, quick)));
      await postgres.admin`delete from public.workspaces`;
    }
  } finally {
    await Promise.all([slow.stop(), quick.stop(), db.end()]);
    await postgres.close();
  }
  return [
    compare({
      bench: `backfill: ${issues} issues, ${pageMs} ms a page (bar ${bars.download})`,
      against: 'download',
      ours: rates.ours,
      reference: rates.download,
      share: 0.5,
      unit: 'records/s',
    }),
    {
      figure: figure({
        bench: 'backfill: without delay',
        against: 'bar',
        ours: quantile(rates.quick, 0.5),
        reference: bars.perSecond,
        unit: 'records/s',
        n: rates.quick.length,
      }),
      spread: spreadOf(rates.quick, 'records/s'),
    },
  ];
}
