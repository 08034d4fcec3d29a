import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { transaction } from '#lib/db/index';
import { joinRecords } from '#lib/sync/index';
import { Mortal } from '../../setup/mortal.ts';
import { FlowTrial } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import type { Side } from './model/trial.ts';
import { beginPlaced, idOf, parentOf, place, titled } from './reference-trial.ts';

let at: ModelDatabase;
let flow: FlowTrial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

async function recordOf(side: Side, title: string): Promise<string> {
  const [row] = await flow.trial.admin`
    select record_id from public.links
    where connection_id = ${side.connectionId} and external_id = ${idOf(side, title)}`;
  return String(row?.['record_id']);
}

async function join(title: string, one: Side, other: Side): Promise<void> {
  const recordIds = [await recordOf(one, title), await recordOf(other, title)] as const;
  const { workspaceId } = flow.trial.owner;
  const joined = await transaction(flow.trial.at.worker, (tx) =>
    joinRecords(tx, { workspaceId, recordIds, onDifference: 'ask', firstStreamId: null }),
  );
  expect(joined.outcome).toBe('joined');
}

it('a parent somebody is asked about is the same one after another record has joined', async () => {
  flow = await FlowTrial.begin(at, [{ name: 'left' }, { name: 'right' }, { name: 'third' }]);
  const [left, right, third] = [flow.side(0), flow.side(1), flow.side(2)];
  await flow.setFlow('paused');
  left.remote.create('ENG-1', titled('Child'));
  left.remote.create('ENG-2', titled('Parent'));
  left.remote.create('ENG-3', titled('Other'));
  right.remote.create('ENG-1', titled('Other'));
  right.remote.create('ENG-2', titled('Child'));
  right.remote.create('ENG-3', titled('Parent'));
  third.remote.create('T-1', titled('Child'));
  await flow.work(2);
  const asked = () => flow.trial.admin`
    select local, remote from public.conflicts
    where workspace_id = ${flow.trial.owner.workspaceId} and field = 'parent' and status = 'open'`;
  for (const title of ['Parent', 'Other', 'Child']) await join(title, left, right);
  await flow.setFlow('live');
  place(left, 'Child', 'Parent');
  place(right, 'Child', 'Other');
  await flow.work();
  expect(await asked()).toEqual([{ local: 'ENG-2', remote: 'ENG-3' }]);
  await join('Child', left, third);
  expect(await asked()).toEqual([{ local: 'ENG-2', remote: 'ENG-3' }]);
});

it('a parent that comes back is said at once', async () => {
  flow = await beginPlaced(at, 2);
  const [left, right] = [flow.side(0), flow.side(1)];
  const two = idOf(right, 'Two');
  right.remote.remove(two);
  await flow.work();
  place(left, 'One', 'Two');
  await flow.work();
  expect(parentOf(right, 'One')).toBe(null);
  await flow.trial.admin`
    update public.links set next_attempt_at = now() + interval '1 day'
    where connection_id = ${right.connectionId} and unsaid_name = ${`ENG-2@${left.connectionId}`}`;
  right.remote.restore(two);
  await flow.tell();
  for (let round = 0; round < 3; round += 1) await flow.trial.runJobs(new Mortal(), ['push']);
  expect(parentOf(right, 'One')).toBe('Two');
});
