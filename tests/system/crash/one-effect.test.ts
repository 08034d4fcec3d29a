import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../supabase/local/free-port.ts';
import { eventually } from '../waiting.ts';
import type { CrashProcess } from './crash-process.ts';
import { type CrashWorld, openCrashWorld } from './crash-world.ts';
import { issueEvents } from './issue-events.ts';
import { sendAll } from './sender.ts';

const times = 1_000;
const doors = 4;

let world: CrashWorld;
const running: CrashProcess[] = [];
beforeAll(async () => {
  world = await openCrashWorld('gateway');
});
afterAll(async () => {
  for (const process of running) await process.stop();
  await world.close();
});

it('one event, sent a thousand times to four gateways before two workers, has one effect', async () => {
  const ports = await Promise.all(Array.from({ length: doors }, () => freePort()));
  running.push(
    ...(await Promise.all([
      ...ports.map((port) => world.openDoor(port)),
      world.openWorker(),
      world.openWorker(),
    ])),
  );
  const [event] = issueEvents(1, 1);
  if (!event) throw new Error('There is an event.');
  let sent = 0;
  let acknowledged = 0;
  await sendAll(
    () => world.urlAt(ports[sent++ % doors] ?? 0),
    world.secret,
    Array.from({ length: times }, () => event),
    () => {
      acknowledged += 1;
    },
  );
  expect(acknowledged).toBe(times);
  const { admin } = world.postgres;
  await eventually('it is applied', async () => {
    const [row] = await admin`select 1 from public.inbox_events where status = 'applied'`;
    return row ? [] : null;
  });
  const [found] = await admin`
    select (select count(*)::int from public.inbox_events) as events,
      (select max(attempts)::int from public.inbox_events) as attempts,
      (select count(*)::int from public.records) as records,
      (select count(*)::int from public.change_log) as changes`;
  expect(found).toEqual({ events: 1, attempts: 1, records: 1, changes: 1 });
  expect(running.flatMap(({ selfExits }) => [...selfExits])).toEqual([]);
}, 240_000);
