import { type CrashWorld, openCrashWorld } from '../../tests/system/crash/crash-world.ts';
import { until } from '../../tests/system/waiting.ts';
import { type Destination, openDestination } from './destination.ts';
import { compare, figure, quantile, type Result, spreadOf } from './figures.ts';
import { type Owed, owedBy, seedNeighbour, subscribe, workspaceOf } from './neighbour-load.ts';
import { now } from './paint.ts';
import { issueEvents, type Signed, sendOpen, signAll } from './webhooks.ts';

/** `--small` shows in a minute that it works; its figures say nothing. */
const isSmall = process.argv.includes('--small');
const owed: Owed = isSmall
  ? { deliveries: 500, events: 5_000 }
  : { deliveries: 10_000, events: 100_000 };
const samples = isSmall ? 50 : 600;
const warmUp = 50;
const perSecond = 10;
/** p99 beside the neighbour ÷ p99 without it. */
const barRatio = 2;
/** How finely it is seen that an event is applied. */
const lookMs = 5;
const deadlineMs = 120_000;

interface Times {
  applied: number[];
  heard: number[];
}

interface Place {
  workspaceId: string;
  live: Destination;
}

/** Sends at the pace, and sees when each is applied: acknowledged, and no longer waiting. */
async function sendAndWatch(
  { postgres, url }: CrashWorld,
  workspaceId: string,
  all: readonly Signed[],
): Promise<number[]> {
  const began = now();
  /** Acknowledged and not yet seen applied: its id, and when it was meant to leave. */
  const sent = new Map<string, number>();
  const sending = all.map(async (one, index) => {
    const meantAt = began + (index * 1000) / perSecond;
    await pause(meantAt - now());
    await sendOpen(url, [one], perSecond);
    sent.set(String(one.headers['x-github-delivery']), meantAt);
  });
  const times: number[] = [];
  const watch = async (): Promise<void> => {
    const end = began + deadlineMs + (all.length * 1000) / perSecond;
    while (times.length < all.length) {
      if (now() > end) throw new Error(`Only ${times.length} of ${all.length} were applied.`);
      const asked = [...sent];
      const rows = await postgres.admin<{ id: string }[]>`
        select delivery_id as id from public.inbox_events where workspace_id = ${workspaceId}
          and status in ('pending', 'queued', 'failed') and replay_id is null`;
      const waiting = new Set(rows.map(({ id }) => id));
      for (const [id, meantAt] of asked.filter(([one]) => !waiting.has(one))) {
        times.push(now() - meantAt);
        sent.delete(id);
      }
      await pause(lookMs);
    }
  };
  await Promise.all([...sending, watch()]);
  return times;
}

/** From leaving to applied, and from the change to where its destination hears of it. */
async function measure(
  world: CrashWorld,
  { workspaceId, live }: Place,
  all: readonly Signed[],
): Promise<Times> {
  const before = live.heard.size;
  const applied = await sendAndWatch(world, workspaceId, all);
  await until('all is heard', () => live.heard.size >= before + all.length, deadlineMs);
  const ids = [...live.heard.keys()].slice(before);
  const changes = await world.postgres.admin<{ id: string; at: number }[]>`
    select id, extract(epoch from changed_at)::float8 * 1000 as at from public.deliveries
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`;
  return { applied, heard: changes.map(({ id, at }) => (live.heard.get(id) ?? 0) - at) };
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** A workspace that does a little, beside one that owes much. */
export async function neighboursBench(): Promise<Result[]> {
  const world = await openCrashWorld('gateway');
  const [live, dead] = [await openDestination('answers'), await openDestination('silent')];
  const processes = [
    await world.openDoor(),
    await world.openWorker({ OUTGOING_ALLOW: `${live.hostPort},${dead.hostPort}` }),
  ];
  try {
    const endpointId = new URL(world.url).pathname.split('/').at(-1) ?? '';
    const place = { workspaceId: await workspaceOf(world, endpointId), live };
    await subscribe(world, place.workspaceId, live.url);
    const all = signAll(issueEvents(warmUp + 2 * samples, 1), world.secret);
    await measure(world, place, all.slice(0, warmUp));
    const idle = await measure(world, place, all.slice(warmUp, warmUp + samples));
    const neighbour = await seedNeighbour(world, dead, owed);
    const first = await owedBy(world, neighbour);
    const beside = await measure(world, place, all.slice(warmUp + samples));
    const last = await owedBy(world, neighbour);
    const load = `the neighbour owed ${first.events} events and ${first.deliveries} deliveries, at the end ${last.events} and ${last.deliveries}`;
    return (['applied', 'heard'] as const).flatMap((what) =>
      resultsOf(what, { idle, beside, load }),
    );
  } finally {
    for (const one of processes) await one.stop();
    await Promise.all([live.close(), dead.close()]);
    await world.close();
  }
}

const names = {
  applied: 'neighbours: webhook to applied',
  heard: 'neighbours: change to its destination',
};

function resultsOf(
  what: keyof Times,
  { idle, beside, load }: { idle: Times; beside: Times; load: string },
): Result[] {
  const [ours, reference] = [beside[what], idle[what]];
  const ratio = quantile(ours, 0.99) / quantile(reference, 0.99);
  return [
    compare({ bench: names[what], against: 'idle', ours, reference, share: 0.99, unit: 'ms' }),
    {
      figure: figure({
        bench: `${names[what]}, ratio of the p99s`,
        against: 'bar',
        ours: ratio,
        reference: barRatio,
        unit: '×',
        n: ours.length,
      }),
      spread: `${spreadOf(ours, 'ms')}; ${load}`,
    },
  ];
}
