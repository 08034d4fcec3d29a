import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultOf } from './flow-world.ts';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const task = (title: string, more: object = {}) => ({ title, body: 'x', state: 'open', ...more });

describe('a plan', () => {
  it('joins what is the same, makes what is missing, asks where it is not sure', async () => {
    const { flowId, left, right } = await at.flow(
      [task('Same'), task('Only left'), task('Twice'), task('twice ')],
      [task('  same'), task('Only right'), task('TWICE'), task('')],
    );
    const plan = await at.planned(flowId);
    expect(plan).toMatchObject({
      status: 'ready',
      counts: { joins: 1, creates: 3, reviews: 3, deletes: 0 },
      done: 8,
      total: 8,
      error: null,
      finished_at: null,
    });
    const rows = await at.rows(plan.id);
    const byTitle = (title: string) => rows.find((row) => row.title === title);
    expect(byTitle('Same')).toMatchObject({
      action: 'join',
      status: 'planned',
      record_id: left[0],
      others: [{ record_id: right[0], title: '  same' }],
    });
    expect(byTitle('Only left')).toMatchObject({ action: 'create', others: [] });
    expect(byTitle('TWICE')).toMatchObject({
      action: 'review',
      choice: null,
      others: [{ record_id: left[2] }, { record_id: left[3] }],
    });
    expect(byTitle('Twice')).toMatchObject({ others: [{ record_id: right[2] }] });
    expect(rows.map(({ ordinal }) => ordinal)).toEqual(rows.map((_, n) => n + 1));
  });

  it('counts what happens', async () => {
    const { flowId, sides } = await at.flow(
      [task('One'), task('Two'), task('Three', { body: 'left' }), task('Four')],
      [task('one'), task('Two'), task('Three', { body: 'right' }), task('Five', { state: 'done' })],
    );
    const plan = await at.planned(flowId);
    expect(await at.truth(sides)).toMatchObject({
      living: 8,
      joined: 0,
      owed: 0,
      dirty: 0,
      asked: 0,
    });
    const { counts } = plan;
    expect(counts).toEqual({
      joins: 3,
      creates: 2,
      updates: 0,
      conflicts: 2,
      reviews: 0,
      deletes: 0,
    });
    const done = await at.enabled(plan.id);
    expect(done).toMatchObject({ status: 'done', done: 5, total: 5, skipped: 0, failed: 0 });
    const truth = await at.truth(sides);
    expect(truth).toMatchObject({ living: 5, joined: 3 });
    expect(truth.owed).toBe(counts.creates);
    expect(truth.asked).toBe(counts.conflicts);
    const [flow] = await at.admin`select status from public.flows where id = ${flowId}`;
    expect(flow?.['status']).toBe('live');
  });

  it('lets the first side stand where the flow says so, and says what that overwrites', async () => {
    const { flowId, sides } = await at.flow(
      [task('One', { body: 'left' }), task('Two', { state: 'done' })],
      [task('One', { body: 'right' }), task('two')],
      { on_difference: 'first_side' },
    );
    const plan = await at.planned(flowId);
    expect(plan.counts).toMatchObject({ joins: 2, updates: 3, conflicts: 0 });
    const [first] = await at
      .rows(plan.id)
      .then((rows) => rows.filter((row) => row.title === 'One'));
    expect(first?.differences).toEqual([
      { field: 'body', stream_id: sides[1], from: 'right', to: 'left', becomes: 'update' },
    ]);
    expect(plan.estimate?.calls).toBe(4);
    await at.enabled(plan.id);
    expect(await at.truth(sides)).toMatchObject({ joined: 2, dirty: 2, asked: 0 });
  });

  it('skips a record that was edited since, and lists it', async () => {
    const { flowId, sides, left } = await at.flow(
      [task('One'), task('Two'), task('Alone')],
      [task('One'), task('Two')],
    );
    const plan = await at.planned(flowId);
    const changed = [left[0] ?? '', left[2] ?? ''];
    await at.admin`
      update public.records set version = version + 1, data = data || '{"title": "Another"}'
      where id = any(${changed}::uuid[])`;
    const done = await at.enabled(plan.id);
    expect(done).toMatchObject({ status: 'done', skipped: 2, failed: 0 });
    expect(await at.truth(sides)).toMatchObject({ joined: 1, owed: 0 });
    const skipped = await at.rows(plan.id, { status: 'skipped' });
    expect(skipped.map((row) => row.record_id).toSorted()).toEqual(changed.toSorted());
    expect(skipped.every((row) => row.reason?.includes('changed'))).toBe(true);
  });

  it('skips a join whose object was seen anew, though the record is as it was', async () => {
    const { flowId, sides, right } = await at.flow([task('One')], [task('One')]);
    const plan = await at.planned(flowId);
    await at.admin`update public.links set remote_rank = 2 where record_id = ${right[0] ?? ''}`;
    expect(await at.enabled(plan.id)).toMatchObject({ skipped: 1 });
    expect(await at.truth(sides)).toMatchObject({ joined: 0 });
  });

  it('leaves out what came since and what is like it, names it, and the next plan finds it', async () => {
    const { flowId, sides } = await at.flow(
      [task('One'), task('Two'), task('Alone')],
      [task('One'), task('Two')],
    );
    const plan = await at.planned(flowId);
    const [second, lone] = await at.seed([
      { at: sides[1], fields: task('two') },
      { at: sides[1], fields: task('alone') },
    ]);
    const done = await at.enabled(plan.id);
    expect(done).toMatchObject({ status: 'done', done: 3, total: 3 });
    const skipped = await at.rows(plan.id, { status: 'skipped' });
    expect(skipped.map(({ title }) => title).toSorted()).toEqual(['Alone', 'Two', 'alone', 'two']);
    expect(done.skipped).toBe(4);
    expect(await at.truth(sides)).toMatchObject({ joined: 1, owed: 0 });

    const again = await at.planned(flowId);
    expect(again.counts).toMatchObject({ joins: 1, creates: 0, reviews: 3 });
    const rows = await at.rows(again.id);
    expect(rows.find(({ action }) => action === 'join')?.others[0]?.record_id).toBe(lone);
    expect(rows.flatMap(({ record_id }) => record_id)).toContain(second);
    expect(rows.some(({ title }) => title === 'One')).toBe(false);
  });

  it('plans nothing again that is joined or owed', async () => {
    const { flowId } = await at.flow([task('One'), task('Left')], [task('One'), task('Right')]);
    await at.enabled((await at.planned(flowId)).id);
    const again = await at.planned(flowId);
    expect(again.counts).toMatchObject({ joins: 0, creates: 0, reviews: 0 });
    expect(await at.enabled(again.id)).toMatchObject({ status: 'done', total: 0, skipped: 0 });
  });

  it('lists a row nothing can be done about, and carries out the others', async () => {
    const { flowId, sides, left } = await at.flow(
      [task('One'), task('Broken'), task('Two'), task('Alone')],
      [task('One'), task('Broken'), task('Two')],
    );
    const plan = await at.planned(flowId);
    await at.admin.unsafe(`
      create function pg_temp_fail() returns trigger language plpgsql as
        $$ begin raise exception 'it is broken'; end $$;
      create trigger fail before update on public.records for each row
        when (old.id = '${left[1] ?? ''}') execute function pg_temp_fail()`);
    const done = await at.enabled(plan.id);
    await at.admin.unsafe('drop trigger fail on public.records; drop function pg_temp_fail()');
    expect(done).toMatchObject({ status: 'done', done: 4, failed: 1, skipped: 0 });
    expect(await at.truth(sides)).toMatchObject({ joined: 2, owed: 1 });
    const [failed] = await at.rows(plan.id, { status: 'failed' });
    expect(failed).toMatchObject({ title: 'Broken', reason: expect.any(String) });
  });

  it('makes nothing at a side that was not told to, or cannot', async () => {
    const [one, two] = [await at.flows.stream(), await at.flows.stream('reader')];
    const { id } = await at.flows.create([one, two]);
    await at.seed([
      { at: one, fields: task('Left') },
      { at: two, fields: task('Right') },
    ]);
    const plan = await at.planned(id);
    expect(plan.counts).toMatchObject({ creates: 1 });
    const [row] = await at.rows(plan.id);
    expect(row).toMatchObject({ title: 'Right', targets: [one] });
  });
});

describe('what a person says of a record in review', () => {
  const unsure = () =>
    at.flow([task('Same', { body: 'a' }), task('Same', { body: 'b' })], [task('Same')]);

  it('joins whom it is, makes whom nobody is, and leaves the rest', async () => {
    const { flowId, sides, left, right } = await unsure();
    const plan = await at.planned(flowId);
    const rows = await at.rows(plan.id);
    const rowOf = (id: string | undefined) => {
      const row = rows.find(({ record_id }) => record_id === id);
      if (!row) throw new Error('There is a row of each.');
      return row;
    };
    await at.choose(plan.id, rowOf(left[0]), right[0] ?? null);
    expect((await at.rows(plan.id)).map((row) => row.choice?.record_id)).toEqual(
      rows.map(({ record_id: id }) =>
        id === left[0] ? right[0] : id === right[0] ? left[0] : undefined,
      ),
    );
    // Another word about the same record sets the former partner free.
    await at.choose(plan.id, rowOf(right[0]), left[1] ?? null);
    await at.choose(plan.id, rowOf(left[0]), null);
    const done = await at.enabled(plan.id);
    expect(done).toMatchObject({ status: 'done', done: 3, skipped: 0 });
    expect(await at.truth(sides)).toMatchObject({ living: 2, joined: 1, owed: 1 });
    const joined = await at.admin`
      select record_id from public.links where stream_id = ${sides[1]}`;
    expect(joined[0]?.['record_id']).toBe(left[1]);
  });

  it('is asked for: without it nothing is done, and it stays to be decided', async () => {
    const { flowId, sides } = await unsure();
    const plan = await at.planned(flowId);
    expect(await at.enabled(plan.id)).toMatchObject({ status: 'done', skipped: 3 });
    expect(await at.truth(sides)).toMatchObject({ living: 3, joined: 0, owed: 0 });
    expect(await at.rows(plan.id, { action: 'review', status: 'skipped' })).toHaveLength(3);
    expect((await at.planned(flowId)).counts.reviews).toBe(3);
  });

  it('is refused for somebody else, for a row that needs none, and once it is carried out', async () => {
    const { flowId } = await unsure();
    const plan = await at.planned(flowId);
    const [row] = await at.rows(plan.id);
    if (!row) throw new Error('There are rows.');
    expect(await faultOf(at.choose(plan.id, row, plan.id))).toMatchObject({
      code: 'request.invalid',
      fields: ['record_id'],
    });
    await at.enable(plan.id);
    expect(await faultOf(at.choose(plan.id, row, null))).toMatchObject({
      code: 'flows.plan_state',
    });
  });
});

describe('a plan of a flow that is another by now', () => {
  it('is void: it is neither made to its end nor enabled', async () => {
    const { flowId } = await at.flow([task('One')], [task('One')]);
    const ready = await at.planned(flowId);
    await at.flows.change(flowId, { match_fields: ['body'] });
    expect(await at.get(ready.id)).toMatchObject({ status: 'void' });
    expect(await faultOf(at.enable(ready.id))).toMatchObject({ code: 'flows.plan_void' });
    const { id } = await at.start(flowId);
    await at.flows.change(flowId, { match_fields: ['title'] });
    expect(await at.work()).toEqual([]);
    expect(await at.get(id)).toMatchObject({ status: 'void' });
  });

  it('stays as it is when only the name is another', async () => {
    const { flowId } = await at.flow([task('One')], [task('One')]);
    const ready = await at.planned(flowId);
    await at.flows.change(flowId, { name: 'Renamed' });
    expect(await at.get(ready.id)).toMatchObject({ status: 'ready' });
  });
});

describe('one flow', () => {
  it('has one plan at a time', async () => {
    const { flowId } = await at.flow([task('One')], [task('One')]);
    const [first, second] = await Promise.all([at.start(flowId), at.start(flowId)]);
    expect(second.id).toBe(first.id);
    await at.work();
    const again = await at.planned(flowId);
    expect(again.id).not.toBe(first.id);
    expect(await at.get(first.id)).toMatchObject({ status: 'void' });
    await at.enable(again.id);
    expect(await faultOf(at.start(flowId))).toMatchObject({ code: 'flows.plan_state' });
  });

  it('is enabled once by two who want it at once', async () => {
    const { flowId, sides } = await at.flow([task('One'), task('Left')], [task('One')]);
    const plan = await at.planned(flowId);
    const answers = await Promise.all([faultOf(at.enable(plan.id)), faultOf(at.enable(plan.id))]);
    expect(answers.map((fault) => fault?.code ?? 'none').toSorted()).toEqual([
      'flows.plan_state',
      'none',
    ]);
    await at.work();
    expect(await at.truth(sides)).toMatchObject({ joined: 1, owed: 1 });
  });

  it('is not planned while a side is still read', async () => {
    const { flowId, sides } = await at.flow([task('One')], [task('One')]);
    await at.admin`update public.streams set phase = 'backfill' where id = ${sides[1]}`;
    expect(await faultOf(at.start(flowId))).toMatchObject({ code: 'flows.side_not_ready' });
  });
});
