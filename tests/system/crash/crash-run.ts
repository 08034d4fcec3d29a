import type postgres from 'postgres';
import { eventually } from '../waiting.ts';
import type { CrashProcess } from './crash-process.ts';
import type { CrashWorld } from './crash-world.ts';
import { type IssueEvent, issueEvents, titleOf } from './issue-events.ts';
import { sendAll } from './sender.ts';

export interface CrashPlan {
  seed: number;
  issues: number;
  statesOfEach: number;
  /** Kills of each kind: while webhooks only come in, while both, while they are only applied. */
  ingest: { door: number; postgres: number };
  mixed: { door: number; workers: number; postgres: number };
  drain: { workers: number; postgres: number };
}

const workers = 2;
/** Between two faults at most; at least a tenth of it. */
const pauseMs = 400;
/** After the last fault. */
const drainDeadlineMs = 60_000;

/** Everything that went wrong, as sentences; none when nothing was lost, doubled or left behind. */
export async function crashRun(world: CrashWorld, plan: CrashPlan): Promise<string[]> {
  const random = randomFrom(plan.seed);
  const { admin } = world.postgres;
  const events = issueEvents(plan.issues, plan.statesOfEach);
  const acknowledged: IssueEvent[] = [];
  const send = (part: readonly IssueEvent[]): Promise<void> =>
    sendAll(
      () => world.url,
      world.secret,
      part,
      (event) => acknowledged.push(event),
    );
  const third = Math.ceil(events.length / 3);
  const door = await world.openDoor();
  const staff: CrashProcess[] = [];
  const fault = {
    door: () => door.killAndFollow(),
    workers: async () => staff[Math.floor(random() * staff.length)]?.killAndFollow(),
    postgres: () => world.postgres.restart('crash'),
  };
  type Fault = keyof typeof fault;
  const strike = async (counts: Partial<Record<Fault, number>>): Promise<void> => {
    const due = Object.entries(counts).flatMap(([kind, n]) =>
      Array.from({ length: n }, () => kind as Fault),
    );
    while (due.length > 0) {
      const [kind] = due.splice(Math.floor(random() * due.length), 1);
      await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.1 + 0.9 * random())));
      if (kind) await fault[kind]();
    }
  };
  try {
    await Promise.all([send(events.slice(0, third)), strike(plan.ingest)]);
    staff.push(...(await openStaff(world)));
    await Promise.all([send(events.slice(third, 2 * third)), strike(plan.mixed)]);
    for (const worker of staff.splice(0)) await worker.stop();
    await send(events.slice(2 * third));
    staff.push(...(await openStaff(world)));
    await strike(plan.drain);
    const left = () => [door, ...staff].flatMap((process) => [...process.selfExits]);
    const late = await drained(admin, () => left().length > 0);
    return [...late, ...left(), ...(await judge(admin, acknowledged))];
  } finally {
    for (const process of [...staff, door]) await process.stop();
  }
}

/** At the same moment, so that what waits is not done by the first before there is a second. */
const openStaff = (world: CrashWorld): Promise<CrashProcess[]> =>
  Promise.all(Array.from({ length: workers }, () => world.openWorker()));

/** Nobody is waited for who has left by themselves. */
const drained = (admin: postgres.Sql, isHopeless: () => boolean): Promise<string[]> =>
  eventually(
    'every event is applied',
    async () => {
      const [row] = await admin<{ open: number }[]>`
        select count(*)::int as open from public.inbox_events
        where status in ('pending', 'queued', 'failed')`;
      return row?.open === 0 || isHopeless() ? [] : null;
    },
    drainDeadlineMs,
  ).catch(async () => {
    const rows = await admin<{ status: string; n: number }[]>`
      select status, count(*)::int as n from public.inbox_events group by status`;
    return [`not drained in time: ${JSON.stringify(rows)}`];
  });

/** What the services were told against what stands here. */
async function judge(admin: postgres.Sql, acknowledged: readonly IssueEvent[]): Promise<string[]> {
  const inbox = await admin<{ delivery_id: string; n: number; status: string }[]>`
    select delivery_id, count(*)::int as n, min(status) as status
    from public.inbox_events group by delivery_id`;
  const kept = new Map(inbox.map((row) => [row.delivery_id, row]));
  const records = await admin<{ number: number; title: string; n: number }[]>`
    select (data ->> 'number')::int as number, min(data ->> 'title') as title, count(*)::int as n
    from public.records group by 1`;
  const here = new Map(records.map((row) => [row.number, row]));
  const last = new Map<number, number>();
  for (const { number, state } of acknowledged) {
    last.set(number, Math.max(state, last.get(number) ?? 0));
  }
  const doubled = await admin<{ what: string }[]>`
    select 'event ' || inbox_event_id || ' changed its record twice' as what from public.change_log
      where inbox_event_id is not null group by inbox_event_id, record_id having count(*) > 1
    union all
    select 'record ' || record_id || ' was created twice' from public.change_log
      where op = 'create' group by record_id having count(*) > 1
    union all
    select 'positions end at ' || max(position) || ', there are ' || count(*)
      from public.change_log having max(position) <> count(*)`;
  return [
    ...acknowledged.flatMap(({ deliveryId }) => {
      const row = kept.get(deliveryId);
      if (!row) return [`${deliveryId} was acknowledged and is lost`];
      return row.n === 1 && row.status === 'applied'
        ? []
        : [`${deliveryId}: ${JSON.stringify(row)}`];
    }),
    ...[...last].flatMap(([number, state]) => {
      const row = here.get(number);
      return row?.n === 1 && row.title === titleOf(number, state)
        ? []
        : [`issue ${number} should be at state ${state}: ${JSON.stringify(row ?? null)}`];
    }),
    ...doubled.map(({ what }) => what),
  ];
}

/** mulberry32: the same seed, the same faults in the same order. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
