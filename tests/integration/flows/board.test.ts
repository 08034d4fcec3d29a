import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFlows } from '#lib/flows/index';
import { readBoard } from '#lib/hub/read-board';
import { boardSchema } from '#lib/hub/schema';
import type { Member } from '../sync/world.ts';
import { connectors, FlowWorld } from './flow-world.ts';

let at: FlowWorld;
beforeAll(async () => {
  at = await FlowWorld.make();
});
afterAll(() => at.world.close());

const board = (who: Member = at.world.owner) =>
  at.as(async (tx) => {
    const { workspaceId } = who;
    const flows = await listFlows(tx, { connectors }, { workspaceId });
    const read = await readBoard(tx, { workspaceId, connections: [], flows, now: new Date() });
    return boardSchema.parse(read);
  }, who);

const change = (recordId: string, more: { runId?: string; at?: string } = {}) => at.world.admin`
  insert into public.change_log (workspace_id, record_id, kind, version, op, origin, run_id, at)
  values (${at.world.owner.workspaceId}, ${recordId}, 'task', 1, 'update', 'hub', ${more.runId ?? null},
    ${more.at ?? new Date().toISOString()})`;

describe('the board', () => {
  it('shows flows with what crossed in the last hour', async () => {
    const [one, two] = [await at.stream(), await at.stream()];
    const flow = await at.create([one, two], { name: 'Issues' });
    const other = await at.create([await at.stream(), await at.stream()], { name: 'Quiet' });
    const [joined, alone] = [await at.record([one, two]), await at.record([one])];
    await change(joined.recordId);
    await change(joined.recordId);
    await change(alone.recordId);
    await change(joined.recordId, { runId: at.world.runId });
    await change(joined.recordId, { at: '2026-01-01T00:00:00Z' });
    const { flows } = await board();
    expect(flows.find(({ id }) => id === flow.id)).toMatchObject({
      name: 'Issues',
      status: 'draft',
      joined: 1,
      changes_per_hour: 2,
      sides: [{ stream_id: one }, { stream_id: two }],
    });
    expect(flows.find(({ id }) => id === other.id)).toMatchObject({ changes_per_hour: 0 });
    expect((await board(at.world.stranger)).flows).toEqual([]);
  });

  it('says what could not be made, once a flow', async () => {
    const [one, two] = [await at.stream(), await at.stream()];
    const flow = await at.create([one, two], { name: 'Refused' });
    const records = [await at.record([one]), await at.record([one]), await at.record([one])];
    const states = ['refused', 'unknown', 'owed'];
    for (const [index, { recordId }] of records.entries()) {
      await at.owe(recordId, two, states[index]);
    }
    await at.world.admin`
      update public.creations set next_attempt_at = null, error = ${at.world.admin.json({ code: 'provider.refused', message: 'No title' })}
      where stream_id = ${two} and state <> 'owed'`;
    const { attention } = await board();
    expect(attention.find(({ href }) => href === `flows/${flow.id}`)).toMatchObject({
      id: `creation:${flow.id}`,
      title: '2 objects of “Refused” could not be made',
      detail: 'No title',
      level: 'warning',
    });
    expect(attention.filter(({ id }) => id.startsWith('creation'))).toHaveLength(1);
  });
});
