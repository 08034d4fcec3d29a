import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { editRecord, held, makeWorld, observe, settle, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
  world.service.seed(3);
  for (const object of world.service.objects.values()) object.place = 'acme/app';
  await settle(world);
});
afterEach(() => world.close());

describe('a field that shows a value the connector does not know', () => {
  it('keeps what it had, says so, and is not overwritten blindly', async () => {
    const reason = 'What it means by the state “parked” is not known.';
    const { state: _, ...fields } = world.service.edit('2', { title: 'Parked' }).fields;
    const parked = { ...world.service.snapshot('2'), fields, unreadable: { state: reason } };
    const { api } = world.service;
    world.service.api = { ...api, read: () => Promise.resolve(parked) };
    await observe(world, [parked]);
    expect(await held(world, '2')).toMatchObject({
      data: { title: 'Parked', state: 'open' },
      unreadable: { state: reason },
    });
    await editRecord(world, '2', { state: 'done' });
    await settle(world);
    expect(world.service.writes).toEqual([]);
    expect(await held(world, '2')).toMatchObject({
      state: 'refused',
      data: { state: 'open' },
      error: { fields: ['state'] },
    });
  });
});
