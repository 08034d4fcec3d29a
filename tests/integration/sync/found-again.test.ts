import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asUser } from '#lib/db/index';
import { startRun } from '#lib/sync/index';
import { Mortal } from '../../setup/mortal.ts';
import { FlowTrial, issue, shown } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import type { Side } from './model/trial.ts';

let at: ModelDatabase;
let flow: FlowTrial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

/** Objects nobody was told of, and all of their side read again. */
async function readAgain(side: Side, ids: readonly string[]): Promise<void> {
  for (const id of ids) side.remote.create(id, { ...issue, title: `Unheard of ${id}` });
  side.remote.queue.splice(0);
  const { owner } = flow.trial;
  await asUser(at.web, owner, (tx) =>
    startRun(tx, { streamId: side.streamId, kind: 'backfill', requestedBy: owner.userId }),
  );
  await flow.trial.runJobs(new Mortal(), ['run']);
}

describe('what is found when a side of a flow is read again', () => {
  it('is made at the others, as what is heard of is', async () => {
    flow = await FlowTrial.begin(at, [{}, {}]);
    await readAgain(flow.side(0), ['1']);
    expect(await flow.rows()).toMatchObject([{ state: 'owed' }]);
    await flow.work();
    expect(shown(flow.side(1))).toMatchObject([{ title: 'Unheard of 1' }]);
    expect(await flow.state()).toEqual(flow.one());
  });

  it('waits for a person when it is more than usual', async () => {
    flow = await FlowTrial.begin(at, [{}, {}]);
    const ids = Array.from({ length: 51 }, (_, n) => `${n}`);
    await readAgain(flow.side(0), ids);
    await flow.work(2);
    expect(shown(flow.side(1))).toEqual([]);
    const rows = await flow.rows();
    expect(rows).toHaveLength(51);
    expect(rows.every((row) => row['rests'] === true && row['error'] !== null)).toBe(true);
  });

  it('is left to the next plan while the flow does not run, or when it is read for the first time', async () => {
    flow = await FlowTrial.begin(at, [{}, {}]);
    await flow.setFlow('paused');
    await readAgain(flow.side(0), ['1']);
    await flow.setFlow('live');
    const side = flow.side(1);
    await flow.trial
      .admin`update public.streams set last_polled_at = null where id = ${side.streamId}`;
    await readAgain(side, ['2']);
    await flow.work();
    expect(await flow.rows()).toEqual([]);
    expect(flow.sides.map((one) => shown(one).length)).toEqual([1, 1]);
  });
});
