import { afterEach, beforeEach, expect, it } from 'vitest';
import { HubError } from '#lib/core/index';
import { letTimePass, makeWorld, sweep, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.close());

/** Sweeps after which a run that goes on for ever is taken for one. */
const roundsAtMost = 20;

it('a service that forgets every place is not read from its beginning for ever', async () => {
  world.service.seed(150);
  let outcomes: string[] = [];
  for (let round = 0; round < roundsAtMost && !outcomes.includes('failed'); round += 1) {
    world.service.faults.push({ on: 'backfill', skips: 1, error: new HubError('provider.gone') });
    outcomes = await sweep(world);
    await letTimePass(world);
  }
  expect(outcomes).toContain('failed');
});
