import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { getRecord, readRecordHistory } from '#lib/records/index';
import type { RecordPatch } from '#lib/records/schema';
import {
  as,
  editRecord,
  held,
  letTimePass,
  makeWorld,
  observe,
  settle,
  sweep,
  type World,
} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.service.seed(3);
  await settle(world);
  world.service.calls.splice(0);
});
afterEach(() => world.close());

const edit = (externalId: string, data: RecordPatch['data']) => editRecord(world, externalId, data);
const intents = () =>
  world.admin`select outcome, patch, error, echoed_at is not null as echoed from public.push_intents order by id`;
const titleThere = (id: string) => world.service.snapshot(id).fields['title'];
const lost = (code: 'provider.unreachable' | 'provider.timeout' = 'provider.unreachable') =>
  new HubError(code, 'The answer was lost.', { retry: 'later' });

describe('an edit on its way out', () => {
  it('sends only what differs, takes the form of the service, and is seen to come back', async () => {
    const recordId = await edit('1', { title: 'New title', labels: ['bug'] });
    expect((await held(world, '1')).state).toBe('dirty');
    expect(await sweep(world)).toEqual(['accepted']);
    expect(world.service.writes).toEqual([
      { id: '1', fields: { title: 'New title', labels: ['bug'] } },
    ]);
    const link = await held(world, '1');
    expect(link).toMatchObject({ state: 'synced', error: null, next_attempt_at: null, version: 2 });
    expect(link.pushed_at).not.toBeNull();
    expect(link.echoed_at).toBeNull();
    // Its own webhook changes nothing but says that the edit has made its round.
    const seen = await observe(world, [world.service.snapshot('1')]);
    expect(seen).toMatchObject({ updated: 0, unchanged: 1, conflicts: 0 });
    expect((await held(world, '1')).echoed_at).not.toBeNull();
    expect(await intents()).toMatchObject([{ outcome: 'accepted', echoed: true }]);
    const history = await as(world, world.owner, (tx) => readRecordHistory(tx, { recordId }));
    expect(history.changes.map((change) => [change.op, change.origin, change.version])).toEqual([
      ['update', 'user', 2],
      ['create', 'connection', 1],
    ]);
    expect(history.changes[0]?.actor).toMatchObject({ id: world.owner.userId, name: 'one' });
    expect(history.pushes).toMatchObject([{ outcome: 'accepted', fields: ['title', 'labels'] }]);
    expect(await sweep(world)).toEqual([]);
  });

  it('is taken back on the record when the service refuses it, with the reason', async () => {
    const recordId = await edit('1', { title: '', body: 'Still good' });
    expect(await settle(world)).toEqual(['refused', 'accepted']);
    expect(world.service.writes).toEqual([{ id: '1', fields: { body: 'Still good' } }]);
    const row = await as(world, world.owner, (tx) => getRecord(tx, { recordId }));
    expect(row.data).toMatchObject({ title: 'Issue 1', body: 'Still good' });
    const history = await as(world, world.owner, (tx) => readRecordHistory(tx, { recordId }));
    expect(history.changes[0]).toMatchObject({ origin: 'hub', diff: { title: ['', 'Issue 1'] } });
    expect(history.pushes.at(-1)).toMatchObject({
      outcome: 'refused',
      error: { code: 'provider.refused', message: 'Fake refused the change: title is missing.' },
    });
  });

  it('shows a refusal on the link until the next edit', async () => {
    await edit('1', { title: '' });
    expect(await settle(world)).toEqual(['refused']);
    expect(await held(world, '1')).toMatchObject({
      state: 'refused',
      data: { title: 'Issue 1' },
      error: { code: 'provider.refused', fields: ['title'] },
    });
    await edit('1', { title: 'Better' });
    expect(await held(world, '1')).toMatchObject({ state: 'dirty', error: null });
    expect(await settle(world)).toEqual(['accepted']);
    expect(await held(world, '1')).toMatchObject({ state: 'synced', error: null });
  });

  it('keeps what the service ignored as the service has it, and says so', async () => {
    const { api } = world.service;
    const update: typeof api.update = async (...given) => {
      const result = await api.update(given[0], given[1], given[2], {
        title: given[3]['title'] ?? '',
      });
      return { ...result, ignored: [{ field: 'assignees', message: 'were not all taken' }] };
    };
    world.service.api = { ...api, update };
    await edit('1', { title: 'Half', assignees: ['nobody'] });
    expect(await settle(world)).toEqual(['accepted']);
    expect(await held(world, '1')).toMatchObject({
      state: 'refused',
      data: { title: 'Half', assignees: [] },
      error: { message: 'assignees were not all taken.', fields: ['assignees'] },
    });
  });

  it('has one effect when the answer is lost: it is read back', async () => {
    world.service.faults = [{ on: 'update', error: lost(), after: true }];
    await edit('1', { title: 'Once' });
    expect(await settle(world)).toEqual(['accepted']);
    expect(world.service.calls).toEqual(['read', 'update', 'read']);
    expect(world.service.writes).toHaveLength(1);
    expect(await held(world, '1')).toMatchObject({ state: 'synced', data: { title: 'Once' } });
  });

  it('is sent again when it did not arrive, but not before it can no longer land', async () => {
    world.service.faults = [{ on: 'update', error: lost() }];
    await edit('1', { title: 'Second try' });
    expect(await sweep(world)).toEqual(['waiting']);
    expect(await held(world, '1')).toMatchObject({ state: 'pushing' });
    expect(await sweep(world)).toEqual([]);
    await letTimePass(world);
    expect(await sweep(world)).toContain('accepted');
    expect(world.service.calls.filter((call) => call !== 'poll')).toEqual([
      'read',
      'update',
      'read',
      'read',
      'update',
    ]);
    expect(await intents()).toMatchObject([{ outcome: 'superseded' }, { outcome: 'accepted' }]);
    expect(titleThere('1')).toBe('Second try');
  });

  it('is unknown while it cannot be read back, and is found out later', async () => {
    world.service.faults = [
      { on: 'update', error: lost('provider.timeout'), after: true },
      { on: 'read', skips: 1, error: lost() },
    ];
    await edit('1', { title: 'Who knows' });
    expect(await sweep(world)).toEqual(['unknown']);
    expect(await held(world, '1')).toMatchObject({
      state: 'unknown',
      error: { code: 'provider.unreachable' },
    });
    expect(await sweep(world)).toEqual([]);
    await letTimePass(world);
    expect(await sweep(world)).toContain('accepted');
    expect(world.service.writes).toHaveLength(1);
    expect(await intents()).toMatchObject([{ outcome: 'accepted' }]);
    expect(await held(world, '1')).toMatchObject({ state: 'synced', error: null });
  });

  it('waits as long as a limited service asks', async () => {
    const limited = new HubError('provider.rate_limited', 'Wait.', {
      retry: 'after',
      afterMs: 60_000,
    });
    world.service.faults = [{ on: 'update', error: limited }];
    await edit('1', { title: 'Later' });
    expect(await sweep(world)).toEqual(['postponed']);
    const [wait] =
      await world.admin`select extract(epoch from next_attempt_at - now())::float8 as s, state
      from public.links where external_id = '1'`;
    expect(wait).toMatchObject({ state: 'dirty' });
    expect(wait?.['s']).toBeGreaterThan(55);
    await letTimePass(world);
    expect(await sweep(world)).toContain('accepted');
  });

  it('stays owed through a fault of the service, and is looked up before it is sent again', async () => {
    world.service.faults = [
      {
        on: 'update',
        error: new HubError('provider.unavailable', '502', { retry: 'later' }),
        after: true,
      },
    ];
    await edit('1', { title: 'Through 502' });
    expect(await sweep(world)).toEqual(['postponed']);
    expect((await held(world, '1')).state).toBe('dirty');
    await letTimePass(world);
    expect(await sweep(world)).toContain('accepted');
    expect(world.service.writes).toHaveLength(1);
  });

  it('goes out again when it was edited while the call was under way', async () => {
    world.service.faults = [
      { on: 'update', meanwhile: async () => void (await edit('1', { title: 'Second' })) },
    ];
    await edit('1', { title: 'First' });
    expect(await settle(world)).toEqual(['accepted', 'accepted']);
    expect(world.service.writes.map((write) => write.fields['title'])).toEqual(['First', 'Second']);
    expect(await held(world, '1')).toMatchObject({ state: 'synced', data: { title: 'Second' } });
  });

  it('keeps a later edit when the earlier one is refused meanwhile', async () => {
    const { api } = world.service;
    const update = async () => {
      world.service.api = api;
      await edit('1', { title: 'Later' });
      throw new HubError('provider.refused', 'No.');
    };
    world.service.api = { ...api, update };
    await edit('1', { title: 'Refused' });
    expect(await settle(world)).toEqual(['refused', 'accepted']);
    expect(titleThere('1')).toBe('Later');
    expect(await held(world, '1')).toMatchObject({ state: 'synced', data: { title: 'Later' } });
  });

  it('does not come back as a conflict when its echo overtakes the answer', async () => {
    world.service.faults = [
      {
        on: 'update',
        meanwhile: async () => void (await observe(world, [world.service.snapshot('1')])),
      },
    ];
    await edit('1', { title: '  Trimmed there  ' });
    expect(await settle(world)).toEqual(['accepted']);
    expect(await held(world, '1')).toMatchObject({
      state: 'synced',
      held: [],
      data: { title: 'Trimmed there' },
    });
    expect(await world.admin`select 1 from public.conflicts`).toHaveLength(0);
  });

  it('waits for a connection that needs to be authorised again', async () => {
    await world.admin`update public.connections set status = 'needs_reauth'`;
    await edit('1', { title: 'Kept' });
    expect(await sweep(world)).toEqual([]);
    expect((await held(world, '1')).state).toBe('dirty');
    await world.admin`update public.connections set status = 'active'`;
    expect(await sweep(world)).toContain('accepted');
  });

  it('is not sent in a circle when the clock of the service goes back', async () => {
    await edit('1', { title: 'Out of time' });
    world.service.now -= 3_600_000;
    expect(await sweep(world)).toEqual(['accepted']);
    expect(await sweep(world)).toEqual([]);
    world.service.now += 7_200_000;
    await letTimePass(world);
    await settle(world);
    expect(world.service.writes.length).toBeLessThanOrEqual(2);
    expect(await held(world, '1')).toMatchObject({
      state: 'synced',
      data: { title: 'Out of time' },
    });
  });

  it('ends with the object when that is gone', async () => {
    await edit('1', { title: 'Too late' });
    world.service.remove('1');
    expect(await settle(world)).toEqual(['nothing']);
    expect((await held(world, '1')).state).toBe('tombstone');
    expect(world.service.calls).toEqual(['read']);
  });

  it('is taken back with the object when that goes between the reading and the call', async () => {
    world.service.faults = [
      { on: 'read', meanwhile: () => void world.service.remove('1') },
      { on: 'update', error: new HubError('provider.not_found', 'Gone.') },
    ];
    await edit('1', { title: 'Too late' });
    expect(await settle(world)).toEqual(['refused', 'nothing']);
    const link = await held(world, '1');
    expect(link.state).toBe('tombstone');
    expect(link.deleted_at).not.toBeNull();
    expect(link.data['title']).toBe('Issue 1');
  });

  it('keeps the data of an object that may not be read any more', async () => {
    const closed = new HubError('provider.forbidden', 'Not yours.');
    world.service.faults = [
      { on: 'update', error: new HubError('provider.not_found', 'Gone.') },
      { on: 'read', error: closed },
      { on: 'read', error: closed },
    ];
    await edit('1', { title: 'Nowhere' });
    expect(await settle(world)).toEqual(['refused', 'postponed']);
    expect(await held(world, '1')).toMatchObject({ state: 'inaccessible', deleted_at: null });
  });
});
