import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { connect, type Db, type Queryable, transaction } from '#lib/db/index';
import { as, makeWorld, observe, settle, type World } from '../sync/world.ts';

let world: World;
let writers: Db;
beforeAll(async () => {
  world = await makeWorld();
  // Opposite orders deadlock on purpose; PostgreSQL looks for that after a second otherwise.
  await world.admin.unsafe(`alter database ${world.database.name} set deadlock_timeout = '20ms'`);
  writers = connect({ url: world.database.workerUrl, name: 'writers', max: 8 });
});
afterAll(async () => {
  await writers.end();
  await world.close();
});

interface Seen {
  position: number;
  record_id: string;
  version: number;
}

/** Asks for what is above its position as fast as it can, until the writers are done. */
async function readAll(workspaceId: string, isOver: () => boolean): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (;;) {
    const wasOver = isOver();
    const rows = await world.worker<Seen[]>`
      select position, record_id, version from public.change_log
      where workspace_id = ${workspaceId} and position > ${seen.at(-1)?.position ?? 0} order by position`;
    seen.push(...rows);
    if (wasOver && rows.length === 0) return seen;
  }
}

/** What a reader must never see: a position left out, or a record's versions out of order. */
function faultsOf(seen: Seen[], written: number): string[] {
  const faults: string[] = [];
  const versions = new Map<string, number>();
  seen.forEach((row, index) => {
    if (row.position !== index + 1) faults.push(`position ${row.position} at place ${index + 1}`);
    const before = versions.get(row.record_id) ?? 1;
    if (row.version !== before + 1) faults.push(`version ${row.version} after ${before}`);
    versions.set(row.record_id, row.version);
  });
  if (seen.length !== written) faults.push(`${seen.length} of ${written} seen`);
  return faults;
}

interface Plan {
  /** Records by number, in the order in which the transaction takes them. */
  takes: number[];
  /** Round trips to the database before it begins, between its writes and before it commits. */
  waits: [number, number, number];
}

const plan = fc.record({
  takes: fc.uniqueArray(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }),
  waits: fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 4 }), fc.nat({ max: 12 })),
});

/** Gives way to the other writers. */
const turns = async (db: Queryable, count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await db`select 1`;
};

/** One workspace, four records, the given transactions all at once. Those that lose to a deadlock are not counted. */
async function play(plans: Plan[]): Promise<{ seen: Seen[]; written: number }> {
  const [workspaceId, records] = [newId(), Array.from({ length: 4 }, () => newId())];
  await world.admin`insert into public.workspaces (id, name, slug) values (${workspaceId}, 'w', ${workspaceId})`;
  await world.admin`insert into public.records ${world.admin(
    records.map((id) => ({ id, workspace_id: workspaceId, kind: 'task', data: '{}' })),
  )}`;
  let isOver = false;
  const reading = readAll(workspaceId, () => isOver);
  const results = await Promise.allSettled(
    plans.map(async ({ takes, waits }) => {
      await turns(writers, waits[0]);
      return transaction(writers, async (tx) => {
        for (const take of takes) {
          const id = records[take] ?? '';
          const [row] = await tx<{ version: number }[]>`
            update public.records set version = version + 1 where id = ${id} returning version`;
          await tx`insert into public.change_log (workspace_id, record_id, kind, version, op, origin)
            values (${workspaceId}, ${id}, 'task', ${row?.version ?? 0}, 'update', 'hub')`;
          await turns(tx, waits[1]);
        }
        await turns(tx, waits[2]);
        return takes.length;
      });
    }),
  );
  isOver = true;
  let written = 0;
  for (const result of results) {
    if (result.status === 'fulfilled') written += result.value;
    else if ((result.reason as { code?: string }).code !== '40P01') throw result.reason;
  }
  return { seen: await reading, written };
}

describe('positions', () => {
  const property = (prepare: () => Promise<void> = () => Promise.resolve()) =>
    fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 8 }), async (plans) => {
      await prepare();
      const { seen, written } = await play(plans);
      expect(faultsOf(seen, written)).toEqual([]);
    });
  const reversed: [Plan[]] = [
    [
      { takes: [0, 1], waits: [0, 1, 12] },
      { takes: [2, 3], waits: [0, 0, 6] },
      { takes: [3, 2], waits: [1, 2, 3] },
      { takes: [1, 0], waits: [1, 0, 0] },
    ],
  ];

  it('are never skipped and follow the versions, whatever commits first', async () => {
    const holds = fc.assert(property(), { numRuns: 40, examples: [reversed] });
    await expect(holds).resolves.toBeUndefined();
  }, 120_000);

  describe('when they are given as the row is written', () => {
    afterEach(async () => {
      await world.admin`drop trigger early on public.change_log`;
      await world.admin`alter table public.change_log enable trigger number_changes`;
    });

    it('are skipped, and the property sees it', async () => {
      await world.admin.unsafe(`
        create sequence public.early_positions;
        create function public.early() returns trigger language plpgsql security definer as $$
        begin
          new.position := nextval('public.early_positions');
          return new;
        end $$;
        alter table public.change_log disable trigger number_changes;
        create trigger early before insert on public.change_log for each row execute function public.early();
      `);
      const restart = async () => {
        await world.admin`alter sequence public.early_positions restart`;
      };
      const result = await fc.check(property(restart), {
        numRuns: 40,
        examples: [reversed],
        endOnFailure: true,
      });
      expect(result.failed).toBe(true);
      expect(String(result.errorInstance)).toMatch(/at place|after|seen/);
    }, 120_000);
  });
});

describe('messages', () => {
  const sent = (event: string) =>
    world.admin<{ topic: string; payload: Record<string, unknown> }[]>`
      select topic, payload - 'id' as payload from realtime.messages where event = ${event} order by inserted_at`;
  const topic = async () => {
    const [row] = await world.admin`select private.topic(${world.owner.workspaceId}) as topic`;
    return String(row?.['topic']);
  };

  it('say once per transaction what is new, with the records when they are few', async () => {
    await world.admin`truncate realtime.messages`;
    world.service.seed(3);
    const seen = await observe(world, world.service.list());
    const [message, ...more] = await sent('changes');
    expect(more).toEqual([]);
    expect(message?.topic).toBe(await topic());
    expect(message?.payload).toMatchObject({ from: 1, to: 3 });
    expect(new Set(message?.payload['ids'] as string[])).toEqual(new Set(seen.recordIds));
    await settle(world);
  });

  it('are thinned out during a run, whose end says where the log stands', async () => {
    await world.admin`truncate realtime.messages`;
    await world.admin`insert into public.runs (id, workspace_id, connection_id, stream_id, kind, next_attempt_at)
      values (${newId()}, ${world.owner.workspaceId}, ${world.connectionId}, ${world.streamId}, 'backfill', now())`;
    world.service.pageSize = 10;
    for (let id = 1_000; id < 1_400; id += 1)
      world.service.edit(String(id), { title: `t${id}`, labels: [], state: 'open' });
    await settle(world);
    const messages = await sent('changes');
    const [clock] = await world.admin`select position::int from private.workspace_clocks
      where workspace_id = ${world.owner.workspaceId}`;
    expect(messages.length).toBeLessThan(40);
    expect(messages.some((message) => message.payload['to'] === clock?.['position'])).toBe(true);
    const touched = await sent('touched');
    expect(touched.some((message) => message.payload['table'] === 'runs')).toBe(true);
  });

  it('speak of a stream when its phase is another, not of each time it is looked at', async () => {
    await world.admin`truncate realtime.messages`;
    await world.admin`update public.streams set last_polled_at = now(), cursor = '{"since": 1}'`;
    expect(await sent('touched')).toEqual([]);
    await world.admin`update public.streams set phase = 'paused'`;
    expect((await sent('touched')).map((message) => message.payload)).toEqual([
      { table: 'streams', ids: [world.streamId] },
    ]);
  });

  it('go to another topic once somebody has lost access', async () => {
    await world.admin`truncate realtime.messages`;
    const before = await topic();
    await world.admin`delete from private.sessions where user_id = ${world.owner.userId}`;
    expect(await topic()).not.toBe(before);
    expect((await sent('epoch')).map((message) => message.topic)).toEqual([before]);
    expect(await as(world, world.owner, (tx) => tx`select 1 from public.records`)).toHaveLength(0);
  });
});
