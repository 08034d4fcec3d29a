import type postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flow } from '#lib/flows/schema';
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
  pairsOf,
  rowsOf,
} from './flow-case.ts';
import {
  type Edit,
  editHere,
  editLeft,
  editRight,
  type LinearIds,
  linearIds,
  type Pair,
  pairsIn,
  seeded,
} from './flow-edits.ts';
import { BadDay, faultEvery } from './flow-faults.ts';
import { echoes, unequal } from './flow-truth.ts';
import { countWrites } from './flow-writes.ts';
import { closeCase, type HubCase, openCase } from './hub-case.ts';
import { openDatabase } from './inside.ts';
import { eventually, until } from './waiting.ts';

/** Records that live at both; what is at one side only has its counterpart made, what is at both is joined. */
const sizes = isLong ? { pairs: 1_000, edits: 5_000 } : { pairs: 130, edits: 120 };
const plenty = { requests: 1_000_000, complexity: 1_000_000_000 };
const quietDeadlineMs = isLong ? 1_200_000 : 180_000;
/** Longer than the hub leaves between two looks of any kind. */
const restMs = isLong ? 60_000 : 8_000;

describe('GitHub and Linear kept the same', () => {
  let world: FlowCase;
  let sql: postgres.Sql;
  let flow: Flow;
  /** Of both services together, before anything is joined or made. */
  let issues = 0;
  let ids: LinearIds;

  beforeAll(async () => {
    const opened = await openCase();
    await liftLimits(opened);
    issues = await fillUp(opened);
    world = await openSides(opened);
    ids = await linearIds(world);
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
    expect({ reviews, deletes, pairs: creates + joins, issues: creates + 2 * joins }).toEqual({
      reviews: 0,
      deletes: 0,
      pairs: sizes.pairs,
      issues,
    });
    expect(rows.length).toBe(sizes.pairs);
    expect(plan.estimate?.calls).toBeGreaterThan(0);
    const now = await Promise.all([world.sandbox.issues(flowRepo), linearIssues(world)]);
    expect(now.flat().length).toBe(issues);
    say(`${issues} issues become ${sizes.pairs} pairs: ${joins} are joined, ${creates} are made`);
    const done = await enablePlan(world, plan);
    expect(done).toMatchObject({ skipped: 0, failed: 0 });
  }, 300_000);

  it(
    'makes at each side what the other has, once',
    async () => {
      await until(
        'every issue has its pair',
        async () => (await pairsIn(sql, world)).length === sizes.pairs,
        quietDeadlineMs,
      );
      await untilEqual();
      expect((await world.sandbox.issues(flowRepo)).length).toBe(sizes.pairs);
      expect((await linearIssues(world)).length).toBe(sizes.pairs);
      const [records] = await sql<{ count: number }[]>`
      select count(*)::int from public.records where deleted_at is null`;
      expect(records?.count).toBe(sizes.pairs);
    },
    quietDeadlineMs + 60_000,
  );

  it(
    `is equal again after ${sizes.edits} edits at both sides and in the hub on a bad day`,
    async () => {
      const pairs = await pairsIn(sql, world);
      const since = await lastChange();
      const day = new BadDay(world);
      await day.begin();
      const edits = await editAtRandom(pairs, day);
      await day.end();
      await liftLimits(world);
      await sweepBoth();
      await untilEqual();
      expect(await echoes(sql, world.left.connectionId, edits.left, since)).toEqual([]);
      expect(await echoes(sql, world.right.connectionId, edits.right, since)).toEqual([]);
      expect(edits.left.length + edits.right.length + edits.here.length).toBe(sizes.edits);
      const faults = sizes.edits / faultEvery;
      expect(day.met).toEqual({ limited: faults, lost: faults });
      say(
        `${edits.left.length} edits at GitHub, ${edits.right.length} at Linear, ${edits.here.length} in the hub ` +
          `(${edits.late} came too late and do not count); at each service ${day.met.limited} calls were put off, ` +
          `${day.met.lost} answers lost; conflicts open ${await openConflicts()}`,
      );
    },
    quietDeadlineMs + 600_000,
  );

  it(
    'writes nothing more once it is quiet, also when everything is read again',
    async () => {
      const writes = await countWrites(world);
      await sweepBoth();
      await new Promise((resolve) => setTimeout(resolve, restMs));
      expect(await writes()).toBe(0);
      expect(await unequal(sql, world, names())).toEqual([]);
      const [unknown] = await sql<{ count: number }[]>`
      select count(*)::int from public.push_intents where outcome is null or outcome = 'unknown'`;
      expect(unknown?.count).toBe(0);
    },
    restMs + 300_000,
  );

  it('tells a new issue to the other side, and leaves everything where it is when it ends', async () => {
    const writes = await countWrites(world);
    const { number } = await world.sandbox.addIssue({ repo: flowRepo, title: 'Found on the road' });
    await until('Linear has it', async () =>
      (await linearIssues(world)).some(({ title }) => title === 'Found on the road'),
    );
    expect(await writes()).toBe(1);
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

  /** Adds issues until there are as many pairs as are wanted; answers how many issues there are. */
  async function fillUp(opened: HubCase): Promise<number> {
    const left = await opened.sandbox.issues(flowRepo);
    const right = await linearIssues({ linear: linearOf(opened) });
    const titles = new Set(right.map(({ title }) => title));
    const common = left.filter(({ title }) => titles.has(title)).length;
    const missing = sizes.pairs - (left.length + right.length - common);
    for (let number = 0; number < missing; number += 1) {
      await opened.sandbox.addIssue({
        repo: flowRepo,
        title: `Parcel ${number} is late`,
        body: `Since day ${number}.`,
      });
    }
    return left.length + right.length + missing;
  }

  /** As many edits as are wanted, at random places; in the hub one that comes too late is none. */
  async function editAtRandom(
    pairs: Pair[],
    day: BadDay,
  ): Promise<Record<'left' | 'right' | 'here', Edit[]> & { late: number }> {
    const chance = seeded(20_261_121);
    const edits = { left: [] as Edit[], right: [] as Edit[], here: [] as Edit[], late: 0 };
    const made = () => edits.left.length + edits.right.length + edits.here.length;
    for (let nth = 0; made() < sizes.edits; nth += 1) {
      const pair = pairs[chance(pairs.length)];
      if (!pair) throw new Error('There are no pairs');
      const where = (['left', 'right', 'here'] as const)[chance(3)] ?? 'here';
      const make = { left: editLeft, right: editRight, here: editHere }[where];
      const number = made();
      const edit = await make(world, pair, nth, ids);
      if (!edit) {
        edits.late += 1;
        continue;
      }
      edits[where].push(edit);
      await day.after(number);
    }
    return edits;
  }

  const names = () => ({ labels: pairsOf(flow, 'labels'), assignees: pairsOf(flow, 'assignees') });
  const say = (text: string) => process.stdout.write(`${text}\n`);

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
        const different = await unequal(sql, world, names());
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
});
