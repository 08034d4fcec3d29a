import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '#lib/core/index';
import { asUser, transaction } from '#lib/db/index';
import { deleteFlow } from '#lib/flows/index';
import { patience } from '../../setup/patience.ts';
import { FlowTrial, issue } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';

let at: ModelDatabase;
let flow: FlowTrial;
let recordId: string;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => flow.end());
afterAll(() => at.close());

/** A record at both sides of a paused flow that owes an edit to the second, and to the first an object. */
beforeEach(async () => {
  flow = await FlowTrial.begin(at, [{ ordered: true }, { ordered: true }]);
  const left = flow.side(0);
  left.remote.create('1', issue);
  await flow.work();
  await flow.setFlow('paused');
  left.remote.edit('1', { title: 'From the left' });
  await flow.tell();
  const [record] = await flow.living();
  recordId = String(record?.['id']);
  await flow.trial.admin`
    insert into public.creations (id, workspace_id, record_id, connection_id, stream_id)
    values (${newId()}, ${flow.trial.owner.workspaceId}, ${recordId}, ${left.connectionId}, ${left.streamId})`;
});

const target = () => ({ workspaceId: flow.trial.owner.workspaceId, flowId: flow.flowId });
const waiting = async () => {
  const rows = await flow.trial.admin`
    select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return rows.length;
};

describe('removing a flow', () => {
  it('takes its locks in the order in which the worker does', async () => {
    const removing: Promise<void>[] = [];
    await transaction(at.worker, async (tx) => {
      await tx`select 1 from public.records where id = ${recordId} for update`;
      const removal = asUser(at.web, flow.trial.owner, (web) => deleteFlow(web, target()));
      removal.catch(() => undefined);
      removing.push(removal);
      await expect.poll(waiting, patience).toBe(1);
      await tx`update public.creations set attempts = 1 where record_id = ${recordId}`;
    });
    await Promise.all(removing);
    expect((await flow.rows()).map((row) => row['state'])).toContain('cancelled');
  });

  it('looks for nobody to wake where all that is owed is let be', async () => {
    const calls = await transaction(flow.trial.admin, async (tx) => {
      await tx`set local track_functions = 'all'`;
      await deleteFlow(tx, target());
      return tx`select calls from pg_stat_xact_user_functions where funcname = 'wake_children'`;
    });
    expect([...calls]).toEqual([]);
  });
});
