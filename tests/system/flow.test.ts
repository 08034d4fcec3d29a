import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flow } from '#lib/flows/schema';
import type { FaultSettings } from '#lib/sandbox/index';
import { isLong } from '../setup/is-long.ts';
import {
  enablePlan,
  type FlowCase,
  flowRepo,
  linearIssues,
  linearOf,
  makeFlow,
  makePlan,
  openSides,
  rowsOf,
} from './flow-case.ts';
import {
  type Edit,
  echoes,
  editHere,
  editLeft,
  editRight,
  type Pair,
  pairsIn,
  seeded,
  unequal,
} from './flow-edits.ts';
import { closeCase, openCase } from './hub-case.ts';
import { openDatabase } from './inside.ts';
import { eventually, until } from './waiting.ts';

/** The repository has 40 issues and the team 70 of its own, some of one name; each becomes a pair. */
const ownIssues = { left: 40, right: 70 };
const sizes = isLong ? { issues: 1_000, edits: 5_000 } : { issues: 130, edits: 120 };
const plenty = { requests: 1_000_000, complexity: 1_000_000_000 };
const quietDeadlineMs = isLong ? 1_200_000 : 180_000;
/** Longer than the hub leaves between two looks of any kind. */
const restMs = isLong ? 60_000 : 8_000;

/** What services do on a bad day; dropped events are found by nobody but a sweep. */
const badDay: FaultSettings = {
  requests: [
    { method: 'PATCH', times: 6, effect: { kind: 'status', status: 429, retryAfterSeconds: 1 } },
    { method: 'PATCH', times: 6, effect: { kind: 'lost-response' } },
  ],
  deliveries: { duplicate: 0.2, reorder: 0.2, drop: 0.05, delay: 0.2, delayMs: 400, seed: 7 },
};
const badDayThere: FaultSettings = {
  requests: [{ times: 6, effect: { kind: 'status', status: 429, retryAfterSeconds: 1 } }],
  deliveries: { duplicate: 0.2, reorder: 0.2, drop: 0.05, delay: 0.2, delayMs: 400, seed: 8 },
};

describe('GitHub and Linear kept the same', () => {
  let world: FlowCase;
  let sql: postgres.Sql;
  let flow: Flow;
  let pairCount = 0;
  const added = sizes.issues - ownIssues.left - ownIssues.right;

  beforeAll(async () => {
    const opened = await openCase();
    await liftLimits(opened);
    for (let number = 0; number < added; number += 1) {
      await sandboxIssue(opened.sandbox, number);
    }
    world = await openSides(opened);
    sql = await openDatabase(world.hub.stateDir);
  });
  afterAll(async () => {
    await sql.end();
    await closeCase(world);
  });

  it('shows before anything happens what would happen', async () => {
    flow = await makeFlow(world);
    expect(flow.status).toBe('draft');
    const plan = await makePlan(world, flow);
    const rows = await rowsOf(world, plan);
    const { creates, joins, reviews, deletes } = plan.counts;
    expect({ reviews, deletes, issues: creates + 2 * joins }).toEqual({
      reviews: 0,
      deletes: 0,
      issues: sizes.issues,
    });
    expect(rows.length).toBe(creates + joins);
    expect(plan.estimate?.calls).toBeGreaterThan(0);
    expect((await linearIssues(world)).length).toBe(ownIssues.right);
    pairCount = creates + joins;
    const done = await enablePlan(world, plan);
    expect(done).toMatchObject({ skipped: 0, failed: 0 });
  }, 300_000);

  it(
    'makes at each side what the other has, once',
    async () => {
      await until(
        'every issue has its pair',
        async () => (await pairsIn(sql, world)).length === pairCount,
        quietDeadlineMs,
      );
      await untilEqual();
      expect((await world.sandbox.issues(flowRepo)).length).toBe(pairCount);
      expect((await linearIssues(world)).length).toBe(pairCount);
      const [records] = await sql<{ count: number }[]>`
      select count(*)::int from public.records where deleted_at is null`;
      expect(records?.count).toBe(pairCount);
    },
    quietDeadlineMs + 60_000,
  );

  it(
    `is equal again after ${sizes.edits} edits at both sides and in the hub on a bad day`,
    async () => {
      const pairs = await pairsIn(sql, world);
      const since = await lastChange();
      await world.sandbox.setFaults(badDay);
      await world.linear.setFaults(badDayThere);
      const edits = await editAtRandom(pairs);
      await Promise.all([world.sandbox.clearFaults(), world.linear.clearFaults()]);
      await liftLimits(world);
      await sweepBoth();
      await untilEqual();
      expect(await echoes(sql, world.left.connectionId, edits.left, since)).toEqual([]);
      expect(await echoes(sql, world.right.connectionId, edits.right, since)).toEqual([]);
      process.stdout.write(
        `${edits.left.length} edits at GitHub, ${edits.right.length} at Linear, ${edits.here.length} in the hub; ` +
          `conflicts open ${await openConflicts()}\n`,
      );
    },
    quietDeadlineMs + 600_000,
  );

  it(
    'writes nothing more once it is quiet, also when everything is read again',
    async () => {
      const before = await writesMade();
      await sweepBoth();
      await new Promise((resolve) => setTimeout(resolve, restMs));
      expect(await writesMade()).toEqual(before);
      expect(await unequal(sql, world)).toEqual([]);
      const [unknown] = await sql<{ count: number }[]>`
      select count(*)::int from public.push_intents where outcome is null or outcome = 'unknown'`;
      expect(unknown?.count).toBe(0);
    },
    restMs + 300_000,
  );

  it('tells a new issue to the other side, and leaves everything where it is when it ends', async () => {
    const { number } = await world.sandbox.addIssue({ repo: flowRepo, title: 'Found on the road' });
    await until('Linear has it', async () =>
      (await linearIssues(world)).some(({ title }) => title === 'Found on the road'),
    );
    await world.person.ask('DELETE', `/flows/${flow.id}`);
    await world.sandbox.addIssue({ repo: flowRepo, title: 'Nobody tells of this one' });
    await until('the hub has it', async () =>
      (await world.person.records()).some(
        ({ data }) => data['title'] === 'Nobody tells of this one',
      ),
    );
    const owed = await sql`
      select 1 from public.creations c join public.records r on r.id = c.record_id
      where r.data ->> 'title' = 'Nobody tells of this one'`;
    expect(owed).toEqual([]);
    expect((await pairsIn(sql, world)).some((pair) => pair.number === number)).toBe(true);
  }, 120_000);

  /** More calls than services let anybody make within an hour; what their limits do is tested elsewhere. */
  async function liftLimits(at: Pick<FlowCase, 'hub' | 'sandbox' | 'person'>): Promise<void> {
    await at.sandbox.setFaults({ hourlyLimit: null });
    await linearOf(at).call('POST', '/limits', plenty);
  }

  const sandboxIssue = (sandbox: FlowCase['sandbox'], number: number) =>
    sandbox.addIssue({
      repo: flowRepo,
      title: `Parcel ${number} is late`,
      body: `Since day ${number}.`,
    });

  async function editAtRandom(
    pairs: Pair[],
  ): Promise<{ left: Edit[]; right: Edit[]; here: Edit[] }> {
    const chance = seeded(20_261_121);
    const edits = { left: [] as Edit[], right: [] as Edit[], here: [] as Edit[] };
    for (let nth = 0; nth < sizes.edits; nth += 1) {
      const pair = pairs[chance(pairs.length)];
      if (!pair) throw new Error('There are no pairs');
      const where = (['left', 'right', 'here'] as const)[chance(3)] ?? 'here';
      const make = { left: editLeft, right: editRight, here: editHere }[where];
      const edit = await make(world, pair, nth);
      if (edit) edits[where].push(edit);
    }
    return edits;
  }

  /** What was dropped is found: everything is listed again. */
  async function sweepBoth(): Promise<void> {
    for (const { streamId } of [world.left, world.right]) {
      const run = await world.person.ask<{ id: string }>('POST', `/streams/${streamId}/runs`, {
        kind: 'reconcile',
      });
      await eventually(
        'the sweep is over',
        async () => {
          const found = (await world.person.runs(streamId)).find(({ id }) => id === run.id);
          if (found?.status === 'failed' || found?.asks) {
            throw new Error('It did not end', { cause: found });
          }
          return found?.status === 'completed' ? true : null;
        },
        quietDeadlineMs,
      );
    }
  }

  async function untilEqual(): Promise<void> {
    await eventually(
      'both sides are equal',
      async () => {
        const different = await unequal(sql, world);
        if (different.length > 0) throw new Error(different.slice(0, 10).join('\n'));
        const [owed] = await sql<{ count: number }[]>`
          select count(*)::int from public.links where state in ('dirty', 'pushing', 'unknown')`;
        if (owed?.count !== 0) throw new Error(`${owed?.count} edits are still owed`);
        return true;
      },
      quietDeadlineMs,
    );
  }

  async function lastChange(): Promise<number> {
    const [row] = await sql<{ id: number }[]>`
      select coalesce(max(id), 0)::int as id from public.change_log`;
    return row?.id ?? 0;
  }

  async function openConflicts(): Promise<number> {
    const [row] = await sql<{ count: number }[]>`
      select count(*)::int from public.conflicts where status = 'open'`;
    return row?.count ?? 0;
  }

  async function writesMade(): Promise<{ pushes: number; made: number }> {
    const [row] = await sql<{ pushes: number; made: number }[]>`
      select (select count(*)::int from public.push_intents) as pushes,
        (select count(*)::int from public.creations where sent_at is not null) as made`;
    return row ?? { pushes: 0, made: 0 };
  }
});
