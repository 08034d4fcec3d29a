import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import type { RecordPatch } from '#lib/records/schema';
import { editRecord, held, letTimePass, makeWorld, settle, sweep, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.service.seed(3);
  await settle(world);
});
afterEach(() => world.close());

const edit = (externalId: string, data: RecordPatch['data']) => editRecord(world, externalId, data);
const titleThere = (id: string) => world.service.snapshot(id).fields['title'];

describe('an edit of an object that changed unseen', () => {
  it('does not overwrite a change of the same field whose event never came', async () => {
    world.service.edit('1', { title: 'Theirs, unseen' });
    await edit('1', { title: 'Ours' });
    expect(await settle(world)).toEqual(['nothing']);
    expect(world.service.writes).toEqual([]);
    expect(titleThere('1')).toBe('Theirs, unseen');
    expect(await held(world, '1')).toMatchObject({
      state: 'conflict',
      held: ['title'],
      data: { title: 'Ours' },
    });
    const conflicts = await world.admin`select field, base, local, remote from public.conflicts`;
    expect(conflicts).toEqual([
      { field: 'title', base: 'Issue 1', local: 'Ours', remote: 'Theirs, unseen' },
    ]);
  });

  it('goes out beside an unseen change of another field, and takes that in', async () => {
    world.service.edit('1', { body: 'Theirs, unseen' });
    await edit('1', { title: 'Ours' });
    expect(await settle(world)).toEqual(['accepted']);
    expect(world.service.writes).toEqual([{ id: '1', fields: { title: 'Ours' } }]);
    expect((await held(world, '1')).data).toMatchObject({ title: 'Ours', body: 'Theirs, unseen' });
  });

  it('need not be sent when the service has the same value already', async () => {
    world.service.edit('1', { title: 'Agreed' });
    await edit('1', { title: 'Agreed' });
    expect(await settle(world)).toEqual(['nothing']);
    expect(world.service.writes).toEqual([]);
    expect(await held(world, '1')).toMatchObject({ state: 'synced', data: { title: 'Agreed' } });
  });

  it('waits when the service cannot be read just now', async () => {
    world.service.faults = [
      { on: 'read', error: new HubError('provider.unreachable', 'No route.', { retry: 'later' }) },
    ];
    await edit('1', { title: 'Patient' });
    expect(await sweep(world)).toEqual(['postponed']);
    expect(world.service.writes).toEqual([]);
    expect(await held(world, '1')).toMatchObject({ state: 'dirty', data: { title: 'Patient' } });
    await letTimePass(world);
    expect(await sweep(world)).toContain('accepted');
    expect(titleThere('1')).toBe('Patient');
  });
});
