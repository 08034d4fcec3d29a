import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorApi } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { enqueueDuePushes } from '#lib/sync/index';
import {
  lowering,
  plain,
  type RemoteSwitches,
  raising,
} from '../../setup/fake-remote/remote-switches.ts';
import { Mortal } from '../../setup/mortal.ts';
import type { Bug } from './model/bugs.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

const objects = { '1': { title: 'issue', body: 'x', state: 'open', labels: ['bug'] } };
const begin = async (
  left: Partial<RemoteSwitches> = {},
  right: Partial<RemoteSwitches> = {},
  seams: Bug | null = null,
): Promise<[Side, Side]> => {
  trial = await Trial.begin(
    at,
    [
      { ...plain, ...left },
      { ...plain, ...right, name: 'right' },
    ],
    seams,
    objects,
  );
  const [one, two] = trial.sides;
  if (!one || !two) throw new Error('There are two sides.');
  return [one, two];
};

const work = async (rounds = 4): Promise<string[]> => {
  const outcomes: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    outcomes.push(...(await trial.runJobs()));
    await trial.letTimePass();
  }
  return outcomes;
};
const shown = ({ remote }: Side): JsonObject => remote.objects.get('1')?.fields ?? {};
const writesTo = ({ remote }: Side) =>
  remote.writes.filter(({ by }) => by === 'hub').map(({ patch }) => patch);
const record = async (): Promise<JsonObject> => {
  const [row] =
    await trial.admin`select r.data from public.records r join public.links l on l.record_id = r.id
    where l.workspace_id = ${trial.owner.workspaceId} limit 1`;
  return row?.['data'] as JsonObject;
};

describe('a record that lives at two services', () => {
  it('passes a change of one on to the other, once', async () => {
    const [left, right] = await begin();
    left.remote.edit('1', { title: 'From the left' });
    await work();
    expect(writesTo(right)).toEqual([{ title: 'From the left' }]);
    expect(writesTo(left)).toEqual([]);
    right.remote.edit('1', { body: 'From the right' });
    await work();
    expect(writesTo(left)).toEqual([{ body: 'From the right' }]);
    expect(writesTo(right)).toHaveLength(1);
  });

  it('asks nobody about a change the other could not take anyway', async () => {
    const [left, right] = await begin();
    left.remote.edit('1', { comments: 5 });
    right.api.calls.splice(0);
    await trial.runJobs();
    await trial.letTimePass();
    await trial.runJobs(undefined, ['push']);
    expect(right.api.calls.filter((call) => call !== 'poll')).toEqual([]);
    expect((await record())['comments']).toBe(5);
  });

  it('keeps its own form beside theirs, and comes to rest', async () => {
    const [left, right] = await begin({ canonical: lowering }, { canonical: raising });
    await trial.editHere('1', { title: 'Mixed  Case', labels: ['New', 'bug'] });
    await work(8);
    expect(shown(left)).toMatchObject({ title: 'mixed case', labels: ['new', 'bug'] });
    expect(shown(right)).toMatchObject({ title: 'MIXED CASE', labels: ['New', 'bug'] });
    expect((await record())['title']).toBe('Mixed  Case');
    expect(writesTo(left)).toHaveLength(1);
    expect(writesTo(right)).toHaveLength(1);
    // What is changed at the poorer service does not rewrite what it merely holds in its own way.
    left.remote.edit('1', { labels: ['new', 'bug', 'ui'] });
    await work();
    expect(shown(right)['labels']).toEqual(['New', 'bug', 'ui']);
  });

  it('keeps at one what the other refuses, and asks', async () => {
    const refuses: Bug = {
      api: (living: ConnectorApi, side: Side) =>
        side.remote.switches.name === 'right'
          ? { ...living, update: () => Promise.reject(new HubError('provider.refused', 'Never.')) }
          : living,
    };
    const [left, right] = await begin({}, {}, refuses);
    left.remote.edit('1', { title: 'Made on the left' });
    await work();
    expect(shown(left)['title']).toBe('Made on the left');
    expect(shown(right)['title']).toBe('issue');
    expect((await record())['title']).toBe('Made on the left');
    const asked =
      await trial.admin`select field, policy, status, local, remote from public.conflicts
      where workspace_id = ${trial.owner.workspaceId}`;
    expect(asked).toEqual([
      {
        field: 'title',
        policy: 'refused',
        status: 'open',
        local: 'Made on the left',
        remote: 'issue',
      },
    ]);
  });

  it('is parked when both have something that insists on its own value', async () => {
    const [left, right] = await begin();
    left.remote.edit('1', { title: 'L' });
    for (let round = 0; round < 20; round += 1) {
      await work(1);
      if (shown(right)['title'] === 'L') right.remote.edit('1', { title: 'R' });
      if (shown(left)['title'] === 'R') left.remote.edit('1', { title: 'L' });
    }
    expect(writesTo(left).length + writesTo(right).length).toBeLessThan(8);
    const asked = await trial.admin`select distinct policy from public.conflicts
      where workspace_id = ${trial.owner.workspaceId} and status = 'open'`;
    expect(asked).toEqual([{ policy: 'oscillation' }]);
  });

  it('lives on at one when it ends at the other, and ends with the last', async () => {
    const [left, right] = await begin({ tombstones: true }, { tombstones: true });
    left.remote.remove('1');
    await work();
    const deleted = async () => {
      const [row] =
        await trial.admin`select r.deleted_at from public.records r join public.links l on l.record_id = r.id
        where l.workspace_id = ${trial.owner.workspaceId} limit 1`;
      return row?.['deleted_at'] as Date | null;
    };
    expect(await deleted()).toBeNull();
    right.remote.edit('1', { title: 'Still here' });
    await work();
    expect((await record())['title']).toBe('Still here');
    right.remote.remove('1');
    await work();
    expect(await deleted()).not.toBeNull();
  });
});

describe('an edit that is taken back', () => {
  it('before it was sent makes no call; after it, a second', async () => {
    const [left] = await begin();
    await trial.editHere('1', { title: 'There' });
    await trial.editHere('1', { title: 'issue' });
    await work();
    expect(writesTo(left)).toEqual([]);
    await trial.editHere('1', { title: 'There' });
    await work();
    await trial.editHere('1', { title: 'issue' });
    await work();
    expect(writesTo(left)).toEqual([{ title: 'There' }, { title: 'issue' }]);
  });

  it('and a job that is lost is made again from its row', async () => {
    const [left] = await begin();
    await trial.editHere('1', { title: 'Kept in the row' });
    const deps = trial.deps(new Mortal());
    await enqueueDuePushes(deps);
    trial.jobs.splice(0);
    await trial.letTimePass();
    await work();
    expect(writesTo(left)).toEqual([{ title: 'Kept in the row' }]);
  });
});
