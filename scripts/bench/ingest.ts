import { randomBytes } from 'node:crypto';
import { freePort } from '../../supabase/local/free-port.ts';
import { startCookbook } from '../../tests/bench/cookbook/start-cookbook.ts';
import { startCrashProcess } from '../../tests/system/crash/crash-process.ts';
import { type CrashWorld, openCrashWorld } from '../../tests/system/crash/crash-world.ts';
import { compare, figure, quantile, type Result, spreadOf } from './figures.ts';
import { issueEvents, sendClosed, sendOpen, signAll } from './webhooks.ts';

const rounds = 5;
const requests = 4_000;
const connections = 64;
const bars = { limit: 0.6, cookbook: 5 };
/** A slower side sends fewer, so that a round of it does not take minutes. */
const cookbookRequests = 1_000;

const live = { perSecond: 500, seconds: 20, issues: 500, ackMs: 25, commits: 300 };
const drainedWithinMs = 120_000;

interface Place {
  workspaceId: string;
  connectionId: string;
  endpointId: string;
}

async function placeOf({ postgres }: CrashWorld): Promise<Place> {
  const [place] = await postgres.admin<Place[]>`
    select workspace_id as "workspaceId", connection_id as "connectionId", id as "endpointId"
    from public.webhook_endpoints`;
  if (!place) throw new Error('There is no endpoint.');
  return place;
}

/** Signed webhooks, each durable before its 200, with nobody who consumes them. */
export async function ingestBench(): Promise<Result[]> {
  const world = await openCrashWorld('gateway');
  const { postgres, secret } = world;
  const port = await freePort();
  const gateway = await world.openDoor();
  const limit = await startCrashProcess({
    name: 'limit',
    args: ['tests/bench/limit-server.ts'],
    env: {
      NODE_ENV: 'test',
      PORT: String(port),
      DATABASE_URL_WEB: postgres.urls.webUrl,
      BENCH_PLACE: JSON.stringify({ ...(await placeOf(world)), secret }),
    },
  });
  const cookbook = await startCookbook(secret);
  const sides: Side[] = [
    { name: 'gateway', url: world.url, requests },
    { name: 'limit', url: `http://127.0.0.1:${port}/`, requests },
    ...(cookbook
      ? [{ name: 'cookbook' as const, url: cookbook.url, requests: cookbookRequests }]
      : []),
  ];
  const rates: Record<Side['name'], number[]> = { gateway: [], limit: [], cookbook: [] };
  const measure = async (side: Side): Promise<number> => {
    const all = signAll(issueEvents(side.requests, 1), secret);
    return (side.requests * 1000) / (await sendClosed(side.url, all, connections));
  };
  try {
    for (const side of sides) await measure(side);
    for (let round = 0; round < rounds; round += 1) {
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        rates[side.name].push(await measure(side));
      }
      await postgres.admin`truncate public.inbox_events, private.dedupe_keys`;
      await cookbook?.empty();
    }
  } finally {
    await Promise.all([gateway.stop(), limit.stop(), cookbook?.stop()]);
    await world.close();
  }
  const against = (name: 'limit' | 'cookbook'): Result =>
    compare({
      bench: `ingest: durable webhooks (bar ${bars[name]})`,
      against: name,
      ours: rates.gateway,
      reference: rates[name],
      share: 0.5,
      unit: 'requests/s',
    });
  return [against('limit'), ...(cookbook ? [against('cookbook')] : [])];
}

interface Side {
  name: 'gateway' | 'limit' | 'cookbook';
  url: string;
  requests: number;
}

/** Everything running on the same cores, at a fixed pace. */
export async function ingestLiveBench(): Promise<Result[]> {
  const world = await openCrashWorld('gateway');
  const processes = [await world.openDoor(), await world.openWorker()];
  const count = live.perSecond * live.seconds;
  try {
    // The first requests of a process pay for its compiling.
    const warm = signAll(issueEvents(200, 1), world.secret);
    await sendOpen(world.url, warm, 100);
    const commits = await oneRowCommits(world);
    const began = performance.now();
    const all = signAll(issueEvents(live.issues, count / live.issues), world.secret);
    const pace = watchPace(world);
    const { acks, refusals } = await sendOpen(world.url, all, live.perSecond);
    const applied = await pace.end();
    const backlog = count + warm.length - applied.count;
    await untilApplied(world, count + warm.length);
    const tookMs = performance.now() - began;
    return [
      {
        figure: figure({
          bench: 'ingest-live: acknowledged p99',
          against: 'bar',
          ours: quantile(acks, 0.99),
          reference: live.ackMs,
          unit: 'ms',
          n: acks.length,
        }),
        spread: `${spreadOf(acks, 'ms')}; turned away for a moment ${refusals}`,
      },
      compare({
        bench: 'ingest-live: acknowledged',
        against: 'commit',
        ours: acks,
        reference: commits,
        share: 0.99,
        unit: 'ms',
      }),
      {
        figure: figure({
          bench: 'ingest-live: received and applied',
          against: 'bar',
          ours: applied.perSecond,
          reference: live.perSecond,
          unit: 'events/s',
          n: count,
        }),
        spread: `${count} sent at ${live.perSecond}/s; ${backlog} still to be applied when the last was sent, none ${(tookMs / 1000).toFixed(1)} s after the first`,
      },
    ];
  } finally {
    for (const one of processes) await one.stop();
    await world.close();
  }
}

async function oneRowCommits({ postgres }: CrashWorld): Promise<number[]> {
  await postgres.admin`create table private.bench_rows (id int, body bytea)`;
  const times: number[] = [];
  for (let index = 0; index < live.commits; index += 1) {
    const began = performance.now();
    await postgres.admin`insert into private.bench_rows values (${index}, ${randomBytes(1_024)})`;
    times.push(performance.now() - began);
  }
  return times;
}

/** How many were applied a second between the first quarter of the sending and its end. */
function watchPace(world: CrashWorld): {
  end(): Promise<{ count: number; perSecond: number }>;
} {
  const read = async () => ({ count: await countApplied(world), at: performance.now() });
  const quarterMs = (live.seconds * 1000) / 4;
  const early = new Promise((resolve) => setTimeout(resolve, quarterMs)).then(read);
  return {
    end: async () => {
      const [first, last] = [await early, await read()];
      const perSecond = ((last.count - first.count) * 1000) / (last.at - first.at);
      return { count: last.count, perSecond };
    },
  };
}

async function countApplied({ postgres }: CrashWorld): Promise<number> {
  const [row] = await postgres.admin<{ done: number; dead: number }[]>`
    select count(*) filter (where status in ('applied', 'ignored'))::int as done,
      count(*) filter (where status = 'dead')::int as dead from public.inbox_events`;
  if (row && row.dead > 0) throw new Error(`${row.dead} webhooks could not be applied.`);
  return row?.done ?? 0;
}

async function untilApplied(world: CrashWorld, count: number): Promise<void> {
  const until = performance.now() + drainedWithinMs;
  for (;;) {
    const done = await countApplied(world);
    if (done >= count) return;
    if (performance.now() > until) throw new Error(`Only ${done} of ${count} were applied.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
