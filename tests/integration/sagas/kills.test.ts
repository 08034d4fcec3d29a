import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isLong } from '../../setup/is-long.ts';
import {
  connectingAgain,
  disconnecting,
  endInTheMiddle,
  readable,
  tell,
  unreadable,
} from './kill-stories.ts';
import { type KillWorld, makeKillWorld } from './kill-world.ts';

/** Of the breaths at which a worker is killed; all of them in the long run. */
const stride = isLong ? 1 : 8;
vi.setConfig({ testTimeout: isLong ? 1_800_000 : 120_000 });

let world: KillWorld;
beforeAll(async () => {
  world = await makeKillWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.service.hooks.clear();
  world.service.revoked.length = 0;
});

describe.each([
  ['disconnecting', disconnecting],
  ['connecting again', connectingAgain],
  ['a stream that can be read', readable],
  ['a stream whose first read fails', unreadable],
])('%s', (_what, storyIn) => {
  it('ends as it should when nobody dies', async () => {
    expect(await tell(world, storyIn(world), [])).toBeGreaterThan(10);
  });

  it('ends so wherever a worker is killed', async () => {
    const breaths = await tell(world, storyIn(world), []);
    for (let at = 1; at <= breaths; at += stride) {
      await expect(tell(world, storyIn(world), [at]), `killed at ${at}`).resolves.toBeDefined();
    }
  });

  it('ends so when several die one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
        async (deaths) => {
          await expect(tell(world, storyIn(world), deaths)).resolves.toBeDefined();
        },
      ),
      { numRuns: isLong ? 200 : 8, seed: 11 },
    );
  });
});

describe('a connection that is ended while a stream begins', () => {
  it('leaves no webhook, wherever the worker that began it was killed', async () => {
    const story = { ...unreadable(world), check: () => Promise.resolve() };
    const breaths = await tell(world, story, []);
    for (let at = 1; at <= breaths; at += stride) {
      await expect(endInTheMiddle(world, at), `killed at ${at}`).resolves.toBeUndefined();
    }
  });
});

describe('a planted mistake is caught', () => {
  const isCaught = async (tryAt: (at: number) => Promise<unknown>): Promise<boolean> => {
    for (let at = 1; at <= 60; at += 1) {
      const isRight = await tryAt(at).then(
        () => true,
        () => false,
      );
      if (!isRight) return true;
    }
    return false;
  };

  it('a compensation that is skipped', async () => {
    const change = { removeWebhook: () => Promise.resolve() };
    expect(await isCaught((at) => tell(world, unreadable(world), [at], change))).toBe(true);
  });

  it('a registration that is only known when its answer was heard', async () => {
    // Without the list a webhook whose making nobody heard of is found by no address.
    const change = { listWebhooks: () => Promise.resolve([]) };
    expect(await isCaught((at) => endInTheMiddle(world, at, change))).toBe(true);
  });

  it('a revocation that is told of and was not made', async () => {
    const change = { revoke: () => Promise.resolve('revoked' as const) };
    expect(await isCaught((at) => tell(world, disconnecting(world), [at], change))).toBe(true);
  });
});
