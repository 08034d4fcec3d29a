import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#lib/core/index';
import { asUser, transaction } from '#lib/db/index';
import { saveRules, selectRules, setFieldPolicy } from '#lib/sync/index';
import type { FieldRule } from '#lib/sync/schema';
import { plain } from '../../setup/fake-remote/remote-switches.ts';
import { type ModelDatabase, openModelDatabase } from './model/model-database.ts';
import { type Side, Trial } from './model/trial.ts';

let at: ModelDatabase;
let trial: Trial;
beforeAll(async () => {
  at = await openModelDatabase();
});
afterEach(() => trial.end());
afterAll(() => at.close());

const issue = { title: 'issue', body: 'x', state: 'open', labels: ['bug'], priority: 'P1' };
const begin = async (sides = 1): Promise<[Side, Side]> => {
  const switches = [plain, { ...plain, name: 'right' }].slice(0, sides);
  trial = await Trial.begin(at, switches, null, { '1': issue });
  const [one, two = one] = trial.sides;
  if (!one || !two) throw new Error('There is a side.');
  return [one, two];
};
const rule = (field: string, more: Partial<FieldRule> = {}): FieldRule => ({
  field,
  side_field: field,
  direction: 'both',
  policy: null,
  transform: null,
  ...more,
});
const save = (side: Side, ...rules: FieldRule[]) => {
  const { workspaceId } = trial.owner;
  return asUser(at.web, trial.owner, (tx) =>
    saveRules(tx, { workspaceId, streamId: side.streamId, rules }),
  );
};
const work = async (rounds = 4): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    await trial.runJobs();
    await trial.letTimePass();
  }
};
const shown = ({ remote }: Side): JsonObject => remote.objects.get('1')?.fields ?? {};
const written = ({ remote }: Side): JsonObject[] =>
  remote.writes.filter(({ by }) => by === 'hub').map(({ patch }) => patch);
const record = async (): Promise<JsonObject> => {
  const [row] = await trial.admin`select data from public.records
    where workspace_id = ${trial.owner.workspaceId} limit 1`;
  return row?.['data'] as JsonObject;
};
const baseOf = async ({ connectionId }: Side): Promise<JsonObject> => {
  const [row] =
    await trial.admin`select base from public.links where connection_id = ${connectionId}`;
  return row?.['base'] as JsonObject;
};
const conflicts =
  () => trial.admin`select field, status, policy, local, remote from public.conflicts
  where workspace_id = ${trial.owner.workspaceId} order by id`;
const asked = (fields: object) => [{ status: 'open', policy: 'manual', ...fields }];

describe('a stream seen through rules', () => {
  it('keeps what the service has in the service’s terms, and the record in its own', async () => {
    const [side] = await begin();
    await save(
      side,
      rule('labels', {
        transform: { type: 'values', pairs: [{ here: 'bug', there: 'Defect' }], otherwise: 'keep' },
      }),
    );
    side.remote.edit('1', { labels: ['Defect', 'ui'] });
    await work();
    expect((await record())['labels']).toEqual(expect.arrayContaining(['bug', 'ui']));
    expect((await baseOf(side))['labels']).toEqual(['Defect', 'ui']);
    await trial.editHere('1', { labels: ['bug', 'new'] });
    await work();
    expect(shown(side)['labels']).toEqual(['Defect', 'new']);
    expect(written(side)).toEqual([{ labels: ['Defect', 'new'] }]);
  });

  it('writes a change back where its value only goes there, and keeps what was overwritten', async () => {
    const [side] = await begin();
    await save(side, rule('title', { direction: 'out' }));
    side.remote.edit('1', { title: 'Theirs', body: 'taken' });
    await work();
    expect(shown(side)).toMatchObject({ title: 'issue', body: 'taken' });
    expect(await record()).toMatchObject({ title: 'issue', body: 'taken' });
    expect(await conflicts()).toEqual([
      {
        field: 'title',
        status: 'automatic',
        policy: 'local_wins',
        local: 'issue',
        remote: 'Theirs',
      },
    ]);
    expect(written(side)).toEqual([{ title: 'issue' }]);
  });

  it('never writes what only comes from there, and takes its word against an edit', async () => {
    const [left, right] = await begin(2);
    await save(right, rule('title', { direction: 'in' }));
    await trial.editHere('1', { title: 'Ours' });
    await work();
    expect(shown(left)['title']).toBe('Ours');
    expect(written(right)).toEqual([]);
    right.remote.edit('1', { title: 'Theirs' });
    await work();
    expect((await record())['title']).toBe('Theirs');
    expect(shown(left)['title']).toBe('Theirs');
    expect(await conflicts()).toMatchObject([{ status: 'automatic', local: 'Ours' }]);
  });

  it('leaves a value alone for which there is no word here, and says so', async () => {
    const [side] = await begin();
    await save(
      side,
      rule('priority', {
        transform: { type: 'values', pairs: [{ here: 'high', there: 'P1' }], otherwise: 'skip' },
      }),
    );
    side.remote.edit('1', { priority: 'P9', title: 'seen' });
    await work();
    const before = (await record())['priority'];
    expect(await record()).toMatchObject({ title: 'seen' });
    expect(before).not.toBeNull();
    const [link] = await trial.admin`select unreadable, state from public.links
      where connection_id = ${side.connectionId}`;
    expect(link).toMatchObject({
      state: 'synced',
      unreadable: { priority: expect.stringContaining('P9') as string },
    });
    side.remote.edit('1', { priority: 'P1' });
    await work();
    expect((await record())['priority']).toBe('high');
    expect(written(side)).toEqual([]);
  });

  it('sends one value for two, and takes the other for no change', async () => {
    const [side] = await begin();
    const pairs = [
      { here: 'done', there: 'done' },
      { here: 'cancelled', there: 'done' },
    ];
    await save(side, rule('state', { transform: { type: 'values', pairs, otherwise: 'keep' } }));
    await trial.editHere('1', { state: 'cancelled' });
    await work();
    expect(shown(side)['state']).toBe('done');
    expect((await record())['state']).toBe('cancelled');
    await trial.editHere('1', { state: 'done' });
    await trial.editHere('1', { state: 'cancelled' });
    await work();
    expect(written(side)).toHaveLength(1);
    side.remote.edit('1', { state: 'open' });
    await work();
    expect((await record())['state']).toBe('open');
    expect(await conflicts()).toEqual([]);
  });
});

describe('rules that change while records are linked', () => {
  it('ask where a field newly mapped differs on both sides, and overwrite neither', async () => {
    const [left, right] = await begin(2);
    await save(right, rule('priority', { direction: 'none' }));
    left.remote.edit('1', { priority: 'P2' });
    await work();
    expect(shown(right)['priority']).toBe('P1');
    await save(right);
    // An edit of something else goes out: what it meets on the way is looked into first.
    await trial.editHere('1', { title: 'Elsewhere' });
    await trial.runJobs(undefined, ['push']);
    await work();
    expect(shown(right)).toMatchObject({ title: 'Elsewhere', priority: 'P1' });
    expect(shown(left)['priority']).toBe('P2');
    expect(await conflicts()).toEqual(asked({ field: 'priority', local: 'P2', remote: 'P1' }));
  });

  it('fill what is empty on one side, without rewriting what is known of it', async () => {
    const [side] = await begin();
    await save(
      side,
      rule('labels', { direction: 'none' }),
      rule('body', { side_field: 'raw_state' }),
    );
    await trial.editHere('1', { labels: [] });
    await work();
    const before = await baseOf(side);
    const version = await save(side, rule('body'));
    expect(version).toBe(2);
    await work();
    expect(await record()).toMatchObject({ labels: ['bug'], body: 'x' });
    expect(await baseOf(side)).toEqual(before);
    expect(await conflicts()).toEqual([]);
    expect(written(side)).toEqual([]);
  });

  it('are decided by the policy of the field, with the loser kept', async () => {
    const [left, right] = await begin(2);
    await save(right, rule('title', { direction: 'none' }));
    left.remote.edit('1', { title: 'Left' });
    await work();
    await save(right, rule('title', { policy: 'local_wins' }));
    await work();
    expect(shown(right)['title']).toBe('Left');
    expect(await conflicts()).toMatchObject([
      { field: 'title', status: 'automatic', local: 'Left', remote: 'issue' },
    ]);
  });

  it('say nothing of the answer to a call that was made before', async () => {
    const [side] = await begin();
    await trial.editHere('1', { title: 'Sent' });
    side.api.faults.push({ on: 'update', kind: 'late' });
    await trial.runJobs(undefined, ['push']);
    await save(side, rule('title', { side_field: 'body' }), rule('body', { side_field: 'title' }));
    await work(6);
    const { title, body } = await record();
    const there = shown(side);
    const open = await conflicts();
    // It landed where it was sent to; what had been edited for that place is asked about at its new one.
    expect(there).toMatchObject({ title: 'Sent', body: 'x' });
    expect([title, body]).toEqual(['Sent', 'Sent']);
    expect(open).toEqual(asked({ field: 'title', local: 'Sent', remote: 'x' }));
  });
});

describe('the rules of a stream', () => {
  it('raise a version only when they change, and are refused as a whole', async () => {
    const [side] = await begin();
    const { workspaceId } = trial.owner;
    expect(await save(side, rule('title', { policy: 'manual' }))).toBe(1);
    expect(await save(side, rule('title', { policy: 'manual' }))).toBe(1);
    await expect(save(side, rule('title', { side_field: 'nonsense' }))).rejects.toMatchObject({
      code: 'request.invalid',
      details: { fields: { title: expect.any(String) as string } },
    });
    const decided = await asUser(at.web, trial.owner, (tx) =>
      setFieldPolicy(tx, {
        workspaceId,
        streamId: side.streamId,
        field: 'body',
        policy: 'remote_wins',
      }),
    );
    expect(decided).toBe(2);
    const [stored] = await transaction(at.worker, (tx) =>
      selectRules(tx, workspaceId, [side.streamId]),
    );
    expect(stored).toMatchObject({
      version: 2,
      rules: [rule('title', { policy: 'manual' }), rule('body', { policy: 'remote_wins' })],
    });
    const [row] = await trial.admin`select since from public.stream_rules
      where stream_id = ${side.streamId}`;
    expect(row?.['since']).toEqual({});
  });
});
