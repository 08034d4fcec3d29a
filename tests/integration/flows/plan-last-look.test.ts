import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transaction } from '#lib/db/index';
import { observeObjects } from '#lib/sync/index';
import { patience } from '../../setup/patience.ts';
import { PlanWorld } from './plan-world.ts';

let at: PlanWorld;
beforeAll(async () => {
  at = await PlanWorld.make();
});
afterAll(() => at.flows.world.close());

const task = (title: string) => ({ title, body: 'x', state: 'open' });

/** An object nobody knew is read from a webhook, and not committed before `until`. */
async function see(streamId: string, id: string, until: () => Promise<void>): Promise<void> {
  const [stream] = await at.admin`select connection_id from public.streams where id = ${streamId}`;
  await transaction(at.flows.world.worker, async (tx) => {
    await observeObjects(tx, {
      workspaceId: at.workspaceId,
      connectionId: String(stream?.['connection_id']),
      streamId,
      kind: 'task',
      objects: [
        {
          externalId: id,
          externalKey: null,
          url: null,
          rank: 1,
          rankIsExact: true,
          updatedAt: '2026-01-01T00:00:00Z',
          fields: task(id),
          deleted: false,
          raw: {},
        },
      ],
      source: { type: 'webhook' },
      writable: ['title'],
    });
    await until();
  });
}

const blocked = async (): Promise<boolean> => {
  const rows = await at.admin`select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return rows.length > 0;
};

/** Whether the other side gets it, or the plan says that it came too late. */
async function fateOf(title: string, planId: string): Promise<string[]> {
  const owed = await at.admin`select 1 from public.creations c
    join public.records r on r.id = c.record_id where r.data ->> 'title' = ${title}`;
  const rows = await at.rows(planId);
  const named = rows.filter((row) => row.title === title && row.status === 'skipped');
  return [...owed.map(() => 'owed'), ...named.map(() => 'named')];
}

describe('what is seen while a flow becomes live', () => {
  it('is named by the plan when it was seen before', async () => {
    const { flowId, sides } = await at.flow([task('one')], [task('One')]);
    const { id } = await at.planned(flowId);
    await at.enable(id);
    let isOver = false;
    let working: Promise<unknown> = Promise.resolve();
    await see(sides[0], 'just before', async () => {
      working = at.work().finally(() => {
        isOver = true;
      });
      await expect.poll(async () => isOver || (await blocked()), patience).toBe(true);
    });
    await working;
    expect(await at.get(id)).toMatchObject({ status: 'done' });
    expect(await fateOf('just before', id)).toEqual(['named']);
  });

  it('is owed to the other side when the flow was being made live already', async () => {
    const { flowId, sides } = await at.flow([task('two')], [task('Two')]);
    const { id } = await at.planned(flowId);
    let seeing: Promise<void> = Promise.resolve();
    await transaction(at.flows.world.worker, async (tx) => {
      await tx`select 1 from public.flows where id = ${flowId} for update`;
      seeing = see(sides[1], 'just after', () => Promise.resolve());
      await expect.poll(blocked, patience).toBe(true);
      await tx`update public.flows set status = 'live' where id = ${flowId}`;
    });
    await seeing;
    expect(await fateOf('just after', id)).toEqual(['owed']);
  });
});
