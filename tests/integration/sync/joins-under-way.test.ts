import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { type JsonObject, newId } from '#lib/core/index';
import { transaction } from '#lib/db/index';
import {
  enqueueDuePushes,
  type JoinResult,
  joinRecords,
  oweCreations,
  type SyncDeps,
} from '#lib/sync/index';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../setup/mortal.ts';
import { patience } from '../../setup/patience.ts';
import { FlowTrial, issue, shown } from './flow-trial.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';
import { work } from './world.ts';

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

/** Sides with an object each, of which none lives at two. */
const begin = async (objects: Record<string, JsonObject>[]): Promise<Side[]> => {
  trial = await Trial.apart(
    at,
    objects.map((own, n) => ({
      switches: { ...plain, name: `side ${n}`, seed: n + 1 },
      objects: own,
    })),
  );
  return trial.sides;
};

const sideAt = (n: number): Side => {
  const side = trial.sides[n];
  if (!side) throw new Error('There is no such side.');
  return side;
};

const recordAt = async ({ connectionId }: Side): Promise<string> => {
  const [row] = await trial.admin`select record_id from public.links
    where connection_id = ${connectionId}`;
  return String(row?.['record_id']);
};

const join = (
  recordIds: readonly [string, string],
  whileHeld: () => Promise<void> = () => Promise.resolve(),
): Promise<JoinResult> =>
  transaction(at.worker, async (tx) => {
    const joined = await joinRecords(tx, {
      workspaceId: trial.owner.workspaceId,
      recordIds,
      onDifference: 'first_side',
      firstStreamId: sideAt(0).streamId,
    });
    await whileHeld();
    return joined;
  });

/** Somebody waits for a lock. */
const blocked = async (): Promise<void> => {
  const waiting = () => trial.admin`select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(async () => (await waiting()).length, patience).toBeGreaterThan(0);
};

/** Two records become one after the service took a call, and are committed once its worker waits for them. */
function joinBehind(call: 'update' | 'create', recordIds: readonly [string, string]) {
  const deps = trial.deps(new Mortal());
  let joining: Promise<JoinResult> | undefined;
  const begun = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      joining ??= join(recordIds, async () => {
        resolve();
        await blocked();
      });
    });
  };
  const behind: SyncDeps = {
    ...deps,
    connect: async (target, how) => {
      const opened = await deps.connect(target, how);
      const { api } = opened;
      const update: ConnectorApi['update'] = async (...given) => {
        const answer = await api.update(...given);
        if (call === 'update') await begun();
        return answer;
      };
      const create: NonNullable<ConnectorApi['create']> = async (...given) => {
        if (!api.create) throw new Error('The service makes objects.');
        const answer = await api.create(...given);
        if (call === 'create') await begun();
        return answer;
      };
      return { ...opened, api: { ...api, update, create } };
    },
  };
  return { behind, joined: () => joining };
}

describe('a record that becomes another while a call for it is under way', () => {
  it('has the answer of its edit, which is told to the other place', async () => {
    const [left, right] = await begin([{ '0': issue }, { '1': issue }]);
    const ids = [await recordAt(left as Side), await recordAt(right as Side)] as const;
    await trial.editHere('1', { title: 'Edited' });
    const { behind, joined } = joinBehind('update', ids);
    await enqueueDuePushes(behind);
    const outcomes: string[] = [];
    for (const job of trial.jobs.splice(0)) outcomes.push(await work(behind, job));
    expect(outcomes).toEqual(['accepted']);
    expect(await joined()).toMatchObject({ outcome: 'joined', recordId: ids[0] });
    await trial.letTimePass();
    await trial.runJobs();
    expect(shown(right)).toMatchObject([{ title: shown(left)[0]?.['title'] }]);
    const open = await trial.admin`select 1 from public.push_intents
      where workspace_id = ${trial.owner.workspaceId} and outcome is null`;
    expect(open).toHaveLength(0);
  });

  it('has the object that was made for it', async () => {
    const [left, right, older] = await begin([{}, {}, { '2': issue }]);
    await trial.flow();
    await trial.admin`delete from public.flow_sides where stream_id = ${older?.streamId ?? null}`;
    left?.remote.create('0', issue);
    await trial.observe(left as Side, ...(left?.remote.queue.splice(0) ?? []));
    const ids = [await recordAt(older as Side), await recordAt(left as Side)] as const;
    const { behind, joined } = joinBehind('create', ids);
    expect(await trial.enqueueCreations()).toBe(1);
    const outcomes: string[] = [];
    for (const job of trial.jobs.splice(0)) outcomes.push(await work(behind, job));
    expect(outcomes).toEqual(['done']);
    expect(await joined()).toMatchObject({ outcome: 'joined', recordId: ids[0] });
    expect(await recordAt(right as Side)).toBe(ids[0]);
    expect(right?.remote.made).toHaveLength(1);
  });
});

describe('two records that are owed an object at the same place', () => {
  it('get the one that was begun, and no second', async () => {
    await begin([{ '0': issue }, { '1': issue }, {}]);
    const [left, right, third] = trial.sides;
    await trial.flow();
    const ids = [await recordAt(left as Side), await recordAt(right as Side)] as const;
    const { workspaceId } = trial.owner;
    const streamIds = [third?.streamId ?? ''];
    await transaction(at.worker, (tx) =>
      oweCreations(tx, { workspaceId, recordIds: [ids[1]], streamIds, isPlanned: true }),
    );
    // The answer is lost with the worker.
    await trial.runJobs(new Mortal((name) => name === 'the making is done'), ['create']);
    expect(third?.remote.made).toHaveLength(1);
    third?.remote.queue.splice(0);
    await transaction(at.worker, (tx) =>
      oweCreations(tx, { workspaceId, recordIds: [ids[0]], streamIds, isPlanned: true }),
    );
    expect(await join(ids)).toMatchObject({ outcome: 'joined', recordId: ids[0] });
    // The call that was begun is not looked after before its lease runs out.
    await trial.runJobs(new Mortal(), ['create']);
    expect(third?.remote.made).toHaveLength(1);
    await trial.letTimePass();
    await trial.runJobs(new Mortal(), ['create']);
    expect(third?.remote.made).toHaveLength(1);
    expect(await recordAt(third as Side)).toBe(ids[0]);
  });
});

describe('a side that is another stream of the same connection by now', () => {
  it('gets nothing while a call at the former one is under way', async () => {
    const [left, right] = await begin([{ '0': issue }, {}]);
    const flowId = await trial.flow();
    const { workspaceId } = trial.owner;
    const recordIds = [await recordAt(left as Side)];
    const owe = (streamId: string) =>
      transaction(at.worker, (tx) =>
        oweCreations(tx, { workspaceId, recordIds, streamIds: [streamId], isPlanned: true }),
      );
    await owe(right?.streamId ?? '');
    await trial.runJobs(new Mortal((name) => name === 'the making is done'), ['create']);
    const other = newId();
    await trial.admin`
      insert into public.streams (id, workspace_id, connection_id, resource, kind, name, scope, scope_key, phase)
      select ${other}, workspace_id, connection_id, resource, kind, 'other', scope, ${other}, 'live'
      from public.streams where id = ${right?.streamId ?? null}`;
    await trial.admin`update public.flow_sides set stream_id = ${other}
      where flow_id = ${flowId} and stream_id = ${right?.streamId ?? null}`;
    await owe(other);
    await trial.runJobs(new Mortal(), ['create']);
    expect(right?.remote.made).toHaveLength(1);
    for (let round = 0; round < 3; round += 1) {
      await trial.letTimePass();
      await trial.runJobs(new Mortal(), ['create']);
    }
    expect(right?.remote.made).toHaveLength(1);
    const states = await trial.admin`select state from public.creations
      where workspace_id = ${workspaceId}`;
    expect(states).toEqual([{ state: 'done' }, { state: 'done' }]);
  });
});

describe('an object nobody knows yet', () => {
  it('is made nowhere while a call of its stream is under way, however long that was owed', async () => {
    const flow = await FlowTrial.begin(at, [{}, { keyed: true }]);
    trial = flow.trial;
    flow.side(0).remote.create('1', issue);
    await flow.tell();
    await trial.admin`update public.creations set created_at = now() - interval '3 hours'
      where workspace_id = ${trial.owner.workspaceId}`;
    await flow.dieAt('the making is done');
    // The service tells of it in words of its own, so that only the answer says whose it is.
    const [made] = flow.side(1).remote.made;
    flow.side(1).remote.queue.splice(0);
    flow.side(1).remote.edit(made?.id ?? '', { title: 'In other words' });
    await flow.tell();
    expect(await flow.rows()).toHaveLength(2);
    expect(await trial.enqueueCreations()).toBe(0);
    await trial.letTimePass();
    await flow.work();
    expect((await flow.state()).objects).toEqual([1, 1]);
    expect((await flow.state()).links).toEqual([2]);
  });

  it('is nobody’s when the record it looks like has its object', async () => {
    const flow = await FlowTrial.begin(at, [{}, {}]);
    trial = flow.trial;
    flow.side(0).remote.create('1', issue);
    await flow.work();
    const { workspaceId } = trial.owner;
    await trial.admin`update public.creations set state = 'sending', sent = ${trial.admin.json(issue)},
      finished_at = null, lease_until = now() + interval '1 minute', next_attempt_at = now() + interval '1 minute'
      where workspace_id = ${workspaceId}`;
    flow.side(1).remote.create('2', issue);
    await flow.tell();
    await flow.work();
    expect((await flow.state()).links).toEqual([2, 2]);
    expect((await flow.state()).objects).toEqual([2, 2]);
  });

  it('is owed anew as if it never had been, once it was let be', async () => {
    const [left, right] = await begin([{ '0': issue }, {}]);
    await trial.flow();
    const { workspaceId } = trial.owner;
    const owe = async () => {
      const recordIds = [await recordAt(left as Side)];
      const streamIds = [right?.streamId ?? ''];
      await transaction(at.worker, (tx) => oweCreations(tx, { workspaceId, recordIds, streamIds }));
    };
    await owe();
    await trial.admin`update public.creations set state = 'cancelled', sent = '{}', sent_at = now() - interval '1 day',
      called_at = now() where workspace_id = ${workspaceId}`;
    await owe();
    expect(
      await trial.admin`select state, sent, sent_at, called_at, saga_id from public.creations
        where workspace_id = ${workspaceId}`,
    ).toEqual([{ state: 'owed', sent: null, sent_at: null, called_at: null, saga_id: null }]);
  });
});
